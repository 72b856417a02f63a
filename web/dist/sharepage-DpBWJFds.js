import{c as t,n as i}from"./share-Oemj09s0.js";import"./language-DqhKx3BT.js";t();for(const o of document.querySelectorAll(".kit"))i(o);
