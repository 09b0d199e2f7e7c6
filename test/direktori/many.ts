/** Users of each kind. */
export const PER_KIND = 100_000;

/** The positions of a hundred, and of as many as any other of 37. */
export const JARANG = 3;
export const SERING = 4;

/** Statements that fill an empty directory: nearly everybody has a name of its own, and both kinds take turns. Every other nasabah has
 * opened its file itself: that of account n is 2n. */
export const MANY_USERS = [
  "insert into jabatan (nama_jabatan) select 'Jabatan ' || n from generate_series(3, 40) n",
  // Faster in one heap, which `vacuum` then sorts in: as if each had come alone.
  "alter index pegawai_nama_cari set (fastupdate = on)",
  "alter index nasabah_nama_cari set (fastupdate = on)",
  // Without the audit and the look at each position.
  "set session_replication_role = replica",
  `insert into pegawai (id, nama, alamat, telepon, id_jabatan)
    select 2 * n - 1, 'Pegawai ' || md5(n::text), 'Jl. Contoh No. ' || n, '081234567890',
      case when n % 1000 = 0 then ${JARANG} else ${SERING} + n % 37 end from generate_series(1, ${PER_KIND}) n`,
  `insert into nasabah (id, external_user_id, akun_id, name, phone_segel, phone_indeks, national_id_segel, national_id_indeks)
    select 2 * n, gen_random_uuid(), case when n % 2 = 0 then n end, 'Nasabah ' || md5(n::text), 'x', 'p' || n, 'x', 'n' || n
    from generate_series(1, ${PER_KIND}) n`,
  "reset session_replication_role",
  "vacuum analyze pegawai",
  "vacuum analyze nasabah",
  "alter index pegawai_nama_cari set (fastupdate = off)",
  "alter index nasabah_nama_cari set (fastupdate = off)",
];
