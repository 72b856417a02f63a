import{c as t,n as i}from"./share-CLnycc1-.js";import"./language-DjmU-Ipc.js";t();for(const o of document.querySelectorAll(".kit"))i(o);
