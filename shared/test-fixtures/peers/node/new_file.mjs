// What the peers that save files share: a file that gets its name when it is whole.

import { randomUUID } from "node:crypto";
import * as fs from "node:fs";
import { join } from "node:path";

/** A file that can't be saved. */
export class SaveError extends Error {
  /** `kind` is a class of the protocol's. */
  constructor(kind, message) {
    super(message);
    this.kind = kind;
  }
}

/** The file can't be written: it is the disk, unless there are no descriptors left. */
function unsaved(error) {
  const isFull = error.code === "EMFILE" || error.code === "ENFILE";
  return new SaveError(isFull ? "descriptors" : "disk", error.message);
}

/** A file that is written under a hidden name. */
export class NewFile {
  constructor({ dir, force, sync }) {
    this.dir = dir;
    this.force = force;
    this.sync = sync;
    this.bytes = 0;
    this.path = join(dir, `.${randomUUID()}.unfinished`);
    this.fd = tried(() => fs.openSync(this.path, "wx"));
  }

  write(part) {
    tried(() => {
      for (let from = 0; from < part.length; ) from += fs.writeSync(this.fd, part, from);
    });
    this.bytes += part.length;
  }

  /** Gives it its name, unless a file has that already. */
  keep(name) {
    const path = join(this.dir, name);
    return tried(() => {
      if (this.sync) fs.fsyncSync(this.fd);
      if (this.force) {
        checkReplaceable(path);
        fs.renameSync(this.path, path);
      } else {
        // Fails if the name is taken, which a rename does not.
        try {
          fs.linkSync(this.path, path);
        } catch (error) {
          if (error.code === "EEXIST" && stands(path)) return { kept: { name } };
          throw error;
        }
      }
      if (this.sync) flushDirectory(this.dir);
      return { saved: { name, bytes: this.bytes } };
    });
  }

  /** Closes it; nothing is left of it under the hidden name. */
  close() {
    fs.closeSync(this.fd);
    fs.rmSync(this.path, { force: true });
  }
}

function tried(work) {
  try {
    return work();
  } catch (error) {
    throw error instanceof SaveError ? error : unsaved(error);
  }
}

function flushDirectory(dir) {
  const fd = fs.openSync(dir, fs.constants.O_RDONLY | fs.constants.O_DIRECTORY);
  try {
    fs.fsyncSync(fd);
  } finally {
    fs.closeSync(fd);
  }
}

/** Nothing may be replaced, or a plain file: no link, wherever it leads. */
export function checkReplaceable(path) {
  if (fs.lstatSync(path, { throwIfNoEntry: false })?.isFile() === false) {
    throw new SaveError("name", `what stands at ${path} is no plain file, and stays`);
  }
}

/** Whether a file stands there, or a link to one. */
export function stands(path) {
  const isFile = fs.statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
  if (!isFile && fs.lstatSync(path, { throwIfNoEntry: false })) {
    throw new SaveError("name", `what stands at ${path} is no file, and stays`);
  }
  return isFile;
}
