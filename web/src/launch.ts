import { copyable } from "./copy";

document.querySelectorAll("pre").forEach(copyable);
