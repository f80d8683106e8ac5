// The desk's script: small modules that look for data attributes; every page works without them.
import htmx from "htmx.org";

import { startClocks } from "./clocks.js";
import { startCopy } from "./copy.js";
import { startDrafts } from "./drafts.js";
import { startErrors } from "./errors.js";
import { startForms } from "./forms.js";
import { startKeys } from "./keys.js";
import { startLayers } from "./layers.js";
import { startLists } from "./lists.js";
import { startLive } from "./live.js";
import { startPalette } from "./palette.js";
import { startPaper } from "./paper.js";
import { startPlots } from "./plots.js";
import { startPop } from "./pop.js";
import { startReplyHelp } from "./replyhelp.js";
import { startToasts } from "./toasts.js";

window.htmx = htmx;

startErrors();
startToasts();
startLayers();
startForms();
startLists();
startCopy();
startDrafts();
startClocks();
startPalette();
startPaper();
startKeys();
startPlots();
startPop();
startLive();
startReplyHelp();
