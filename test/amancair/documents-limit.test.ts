import { expect, test } from "vitest";
import { patientAttempts, STRICT } from "../akun/seams.ts";
import { countOf, refusalAt } from "../direktori/caller.ts";
import { tally } from "../answers.ts";
import { useWorld, type World } from "../harness.ts";
import { fileOf, makeCustomer, paper, upload } from "./orang.ts";

const world: World = useWorld({ env: STRICT, deps: { attempts: patientAttempts(() => world) } });

test("an account sends a hundred files a day; what is refused is not stored, and others may go on", async () => {
  const [sering, lain] = [await makeCustomer(world), await makeCustomer(world)];
  const send = ({ orang }: typeof sering) =>
    refusalAt(upload(world, orang, fileOf(paper()), { doc_type: "invoice" }));
  const answers: string[] = [];
  for (let at = 0; at < 102; at += 1) answers.push(await send(sering));
  expect(tally(answers)).toEqual({ "201": 100, "429 terlalu-sering": 2 });
  expect(await countOf(world, `documents where user_id = ${sering.userId}`)).toBe(100);
  expect(world.bucket.objects.size).toBe(100);
  expect(await send(lain)).toBe("201");
});
