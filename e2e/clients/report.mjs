// Writes the result of a client to standard output as one line of JSON: the status, the receipt header parsed with the
// client's own helper if it has one, the body, and how the client itself calls the outcome if it does.
export function report(status, receipt, body, outcome) {
  process.stdout.write(JSON.stringify({ status, receipt, body, outcome }) + "\n");
}

const { URL: url, KEY: key, PURCHASE: purchase } = process.env;
if (!url || !key) throw new Error("URL and KEY are needed in the environment");
// purchase is the caller's own name for what it buys. init has it as a header, for clients that have no other way.
const init = purchase ? { headers: { "Idempotency-Key": purchase } } : {};
export { url, key, purchase, init };
