import "./share/share.css";
import { copying } from "./copy";
import { native } from "./share";

copying();
for (const kit of document.querySelectorAll<HTMLElement>(".kit")) native(kit);
