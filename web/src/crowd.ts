import "./crowd/crowd.css";
