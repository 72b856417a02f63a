// Requests to the server. A refusal is thrown as an error with the server's message.
// Any request that finds the session ended calls the listener of onSignedOut.

/** Refusal is an error answer of the server or, with status 0, no answer or an error of this page. */
export class Refusal extends Error {
  constructor(
    readonly status: number, // HTTP status, or 0
    readonly code: string,
    message: string,
    readonly fields: Record<string, string> = {}, // messages by field of a form
  ) {
    super(message);
  }
}

let ended = () => {};

/** onSignedOut sets the listener that is called when an answer has status 401. */
export function onSignedOut(then: () => void): void { ended = then; }

interface Problem { error?: { code?: string; message?: string; field?: string; details?: { fields?: Record<string, string> } } }

export async function ask<T>(path: string, options: { method?: string; body?: unknown; signal?: AbortSignal } = {}): Promise<T> {
  const { method = options.body === undefined ? "GET" : "POST", body, signal } = options;
  return request<T>(path, {
    method, signal,
    headers: body === undefined ? { Accept: "application/json" } : { Accept: "application/json", "Content-Type": "application/json" },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
}

/** send posts a form, which may have files. */
export function send<T>(path: string, body: FormData): Promise<T> {
  return request<T>(path, { method: "POST", headers: { Accept: "application/json" }, body });
}

async function request<T>(path: string, options: RequestInit): Promise<T> {
  let answer: Response;
  let text: string;
  try {
    answer = await fetch("/admin" + path, { ...options, credentials: "same-origin", cache: "no-store" });
    text = await answer.text();
  } catch (error) {
    if (options.signal?.aborted) throw error;
    throw new Refusal(0, "unreachable", "The server did not answer. The page tries again. Check that the server runs and that you are online.");
  }
  let said: unknown;
  try { said = text === "" ? undefined : JSON.parse(text); } catch { said = undefined; }
  if (answer.ok) return said as T;
  const problem = (said as Problem | undefined)?.error;
  const code = problem?.code ?? "http_" + answer.status;
  const fields = problem?.details?.fields ?? (problem?.field ? { [problem.field]: problem.message ?? "" } : {});
  if (answer.status === 401) ended();
  throw new Refusal(answer.status, code, sentence(problem?.message ?? `The server answered ${answer.status}.`), fields);
}

/** sentence turns one of the server's lower case messages into a sentence. */
export function sentence(words: string): string {
  const said = words.trim();
  if (said === "") return "";
  // An address, a URL or "x402" keeps its case.
  const first = /^(0x|x402|https?:)/.test(said) ? said : said.charAt(0).toUpperCase() + said.slice(1);
  return /[.!?…:]$/.test(first) ? first : first + ".";
}
