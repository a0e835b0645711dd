"use strict";

const vscode = require("vscode");
const languageClient = require("vscode-languageclient/node");
const { createSession } = require("./session.js");

let session = null;

exports.activate = async function activate(context) {
  session = createSession({ vscode, languageClient });
  context.subscriptions.push(...session.disposables);
  await session.start();
};

exports.deactivate = async function deactivate() {
  await session?.stop();
};
