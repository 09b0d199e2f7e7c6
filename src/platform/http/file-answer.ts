/** The header by which a file is answered: PDF and CSV are for their readers, not for the browser's tab of ours. Name as in RFC 8187. */
export function contentDisposition(mimeType: string, fileName: string): string {
  const how = /^(application\/pdf|text\/csv)$/.test(mimeType) ? "attachment" : "inline";
  const name = encodeURIComponent(fileName).replaceAll(
    /['()*]/g,
    (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return `${how}; filename*=UTF-8''${name}`;
}
