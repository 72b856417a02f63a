import{c as t,n as i}from"./share-BneeHaa0.js";import"./language-BwLUkfd0.js";t();for(const o of document.querySelectorAll(".kit"))i(o);
