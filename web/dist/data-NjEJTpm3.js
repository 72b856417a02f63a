function e(){const t=document.getElementById("data");if(!t?.textContent)throw new Error("the page carries no data");return JSON.parse(t.textContent)}export{e as d};
