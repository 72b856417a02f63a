// Writes the result of a client to standard output as one line of JSON: the status, the receipt header parsed with the
// client's own helper, and the body.
export function report(status, receipt, body) {
  process.stdout.write(JSON.stringify({ status, receipt, body }) + "\n");
}

const { URL: url, KEY: key } = process.env;
if (!url || !key) throw new Error("URL and KEY are needed in the environment");
export { url, key };
