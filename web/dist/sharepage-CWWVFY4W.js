import{c as t,n as i}from"./share-C_A4NRoJ.js";import"./language-DqhKx3BT.js";t();for(const o of document.querySelectorAll(".kit"))i(o);
