// data returns the JSON that the server writes into the page for its script.
export function data<T>(): T {
  const element = document.getElementById("data");
  if (!element?.textContent) throw new Error("the page carries no data");
  return JSON.parse(element.textContent) as T;
}
