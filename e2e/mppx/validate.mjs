// Runs mppx's own validator for one endpoint of a server: its challenge, and its answer to garbage in place of a credential.
import { validateChallenge, validateErrorHandling } from "./node_modules/mppx/dist/cli/validate/challenge.js";

const [url, endpoint] = process.argv.slice(2);
const [method, path] = endpoint.split(":");
const { results } = await validateChallenge(url, { method, path }, false);
results.push(...(await validateErrorHandling(url, { method, path })));
const labels = (status) => results.filter((r) => r.severity === status).map((r) => `${r.label}: ${r.detail ?? ""}`);
process.stdout.write(JSON.stringify({ passed: labels("pass").length, failed: labels("fail"), warned: labels("warn"), skipped: labels("skip") }) + "\n");
