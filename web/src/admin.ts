import "./base.css";
import "./admin.css";
import { mount } from "./admin/mount";

mount();
