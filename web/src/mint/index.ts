export { mountMint, type Live } from "./mount";
export type { LaunchTerms, PageData } from "./terms";
