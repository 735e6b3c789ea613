import "./tokens.css";
import "./base.css";
import "./controls.css";
import "./layout.css";
import "./content.css";
import "./dialogs.css";
import "./purchases.css";
