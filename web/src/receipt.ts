import "./receipt/receipt.css";
import { copying } from "./copy";
import { refresh } from "./receipt/live";
import { adding } from "./receipt/token";
import { sharing } from "./share";

copying();
sharing();
document.querySelector(".print")?.addEventListener("click", () => print());
refresh();
adding();
