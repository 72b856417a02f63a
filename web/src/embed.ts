import "./embed/embed.css";
import { ready } from "./embed/ready";
import { refreshing } from "./embed/refresh";

const picture = document.querySelector<HTMLImageElement>(".plate img");
if (picture) { // the seal below it stays if it does not load
  if (picture.complete && picture.naturalWidth === 0) picture.remove();
  else picture.addEventListener("error", () => picture.remove());
}
refreshing();
ready();
