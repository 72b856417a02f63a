import{c as t,n as c}from"./share-DI4G3vVC.js";t();for(const o of document.querySelectorAll(".kit"))c(o);
