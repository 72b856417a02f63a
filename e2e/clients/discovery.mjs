// Reads a server as catalogues and agents do, with the check functions of their own packages, and writes what they
// found to standard output as one line of JSON. It pays nothing.
import { checkEndpointSchema, checkFavicon, discoverOriginSchema, getOpenAPI, getWarningsForOpenAPI, validatePaymentRequiredDetailed } from "@agentcash/discovery";
import { extractDiscoveryInfo, extractDiscoveryInfoV1, isValidServiceName, sanitizeTags, validateDiscoveryExtension, validateDiscoveryExtensionSpec } from "@x402/extensions";
import { validate } from "mppx/discovery";

const { URL: url } = process.env;
if (!url) throw new Error("URL is needed in the environment");
const { origin } = new globalThis.URL(url);

const found = { bazaar: {}, agentcash: {} };

for (const method of ["GET", "POST"]) {
  const answer = await fetch(url, { method, headers: { accept: "application/json" } });
  const required = JSON.parse(atob(answer.headers.get("payment-required")));
  const v1 = (await answer.json()).accepts[0];
  const extension = required.extensions.bazaar;
  // What a facilitator gets: the client's echo of resource and extensions.
  const listed = extractDiscoveryInfo({ x402Version: 2, resource: required.resource, extensions: required.extensions, accepted: required.accepts[0], payload: {} }, required.accepts[0]);
  found.bazaar[method] = {
    status: answer.status,
    bytes: answer.headers.get("payment-required").length,
    valid: validateDiscoveryExtension(extension),
    spec: validateDiscoveryExtensionSpec(extension),
    listed,
    v1: extractDiscoveryInfoV1(v1),
    serviceName: isValidServiceName(required.resource.serviceName),
    tags: sanitizeTags(required.resource.tags)?.length === required.resource.tags.length,
    strict: validatePaymentRequiredDetailed(required, { requireInputSchema: true, requireOutputSchema: true }),
  };
}

const document = await (await fetch(origin + "/openapi.json")).json();
found.mppx = validate(document);
const openAPI = (await getOpenAPI(origin)).unwrapOr(null);
found.agentcash.warnings = getWarningsForOpenAPI(openAPI);
found.agentcash.origin = await discoverOriginSchema({ target: origin });
found.agentcash.endpoint = await checkEndpointSchema({ url });
found.agentcash.probe = await checkEndpointSchema({ url, probe: true });
found.agentcash.favicon = (await checkFavicon(origin)).unwrapOr(false);

process.stdout.write(JSON.stringify(found) + "\n");
