// Generated from docs/errors.md by `npm run generate`; do not edit.
import type { IssueCode, Severity } from '../issue.js';

/** The meaning of a kind of issue and its remedy, in Markdown, without a full stop. */
export interface IssueRule {
  /** The usual severity. */
  severity: Severity;
  meaning: string;
  remedy: string;
}

export const ISSUE_RULES: Readonly<Record<IssueCode, IssueRule>> = {
  "unreadable-source": {"severity":"error","meaning":"a file exists but cannot be read","remedy":"correct its permissions, or replace what is in its place"},
  "invalid-yaml": {"severity":"error","meaning":"the text is not YAML; the whole source is left out","remedy":"correct the line that is shown"},
  "invalid-encoding": {"severity":"error","meaning":"the text is not UTF-8, nor UTF-16 with a byte order mark","remedy":"save it as UTF-8"},
  "not-a-mapping": {"severity":"error","meaning":"the top level is not a map of keys","remedy":"write `key: value` lines"},
  "unsupported-user-data": {"severity":"error","meaning":"user data in a form that HAOS does not support: MIME, jinja, a boothook, broken gzip","remedy":"use one cloud-config or one script"},
  "more-documents": {"severity":"warning","meaning":"only the first YAML document is read","remedy":"split the file"},
  "duplicate-key": {"severity":"warning","meaning":"a key occurs twice, such as `haos`; the last one replaces the other as a whole, with everything below it","remedy":"write everything of it in one place, and remove the other"},
  "two-spellings": {"severity":"warning","meaning":"two spellings of one key, such as `label` and `labels`; the last one overrides","remedy":"keep one"},
  "unknown-key": {"severity":"warning","meaning":"the key does not exist at this level, or a kernel argument begins with `haos.` or `k3os.` and means nothing","remedy":"use the spelling that is suggested; for keys of cloud-init, do what the hint says"},
  "wrong-type": {"severity":"error","meaning":"the value has the wrong type, such as text instead of a list; it is left out","remedy":"see the [reference](configuration.md#reference)"},
  "missing-key": {"severity":"error","meaning":"an item lacks a required key, such as a file its path","remedy":"add it"},
  "deprecated-form": {"severity":"warning","meaning":"HAOS understands the value, but there is a better way to write it, such as `true` for `yes`","remedy":"use the better form"},
  "ambiguous-scalar": {"severity":"warning","meaning":"YAML reads an unquoted value as a number or a boolean; HAOS keeps the text as written. In a map of strings, it takes YAML's spelling, and only a different one has a warning","remedy":"put it in quotes"},
  "invalid-cmdline": {"severity":"warning","meaning":"unexpected quotes on the kernel command line","remedy":"put the quotes around the whole value"},
  "invalid-value": {"severity":"error","meaning":"a value that the key cannot have, such as a variable that `/etc/environment` cannot hold, an owner that cannot be the name of an account, or a command with a NUL character; or a placeholder, such as `<name>`, `${NAME}` or `{{ name }}`, which nothing replaces (an error for `server_url` and `token`)","remedy":"see the message"},
  "invalid-url": {"severity":"error","meaning":"not a URL, or of the wrong kind","remedy":"begin it with `https://`"},
  "invalid-hostname": {"severity":"error","meaning":"not a host name as RFC 1123 defines it","remedy":"use letters, digits and dashes"},
  "invalid-path": {"severity":"error","meaning":"a path that is not absolute, names a directory, is too long, or is a directory above another item","remedy":"write the whole path"},
  "invalid-permissions": {"severity":"error","meaning":"the permissions are not an octal number. A warning if the octal number is unusual and a tool probably wrote it as a decimal one, such as `420` for `0644`","remedy":"write `'0644'`"},
  "invalid-content": {"severity":"error","meaning":"the content does not match its encoding","remedy":"encode it again"},
  "invalid-key-source": {"severity":"error","meaning":"neither a public key nor a source of keys","remedy":"use a line of a `.pub` file, `github:USER` or a URL"},
  "invalid-label": {"severity":"error","meaning":"not a Kubernetes label, or a label that a node may not set on itself","remedy":"see the message"},
  "invalid-taint": {"severity":"error","meaning":"not in the form `KEY=VALUE:EFFECT`","remedy":"write it in that form"},
  "invalid-sysctl": {"severity":"error","meaning":"not a kernel setting, or one without a value; only `sysctl.d` supports `*` and a dash before the key","remedy":"write it as in `/etc/sysctl.conf`"},
  "invalid-wifi": {"severity":"error","meaning":"a network name or passphrase that WiFi does not allow","remedy":"see the message"},
  "invalid-sha256": {"severity":"error","meaning":"not a SHA-256 digest","remedy":"use the output of `sha256sum`"},
  "duplicate-manifest": {"severity":"error","meaning":"two manifests have the same file name; neither is saved","remedy":"give them different names"},
  "unsupported-data-source": {"severity":"error","meaning":"the data source does not exist","remedy":"use one of the nine"},
  "joined-argument": {"severity":"error","meaning":"a `k3s_args` entry that holds several arguments, such as `server --debug` or `--flag value`; k3s reads it as one","remedy":"write each argument as its own entry, and join a flag and its value by `=`"},
  "invalid-k3s-args": {"severity":"error","meaning":"`k3s_args` that k3s does not start with: a word that is neither a flag nor the value of one, a flag without its value, a flag of the other command, a flag that k3s no longer has. A warning if a command does not come first, if `--disable` does not name a component, or if a secret stays on the command line","remedy":"see the message"},
  "unknown-k3s-flag": {"severity":"warning","meaning":"a flag that the k3s of this release does not have; another release may have it","remedy":"write it as the message suggests, or remove it"},
  "no-effect": {"severity":"warning","meaning":"valid, but without effect, such as `init_cmd` in user data, a label, path or file that was for k3OS, or a part of [the networks of a drive](data-sources.md#networks) that HAOS does not have","remedy":"see the message; [`haos migrate`](moving.md) replaces what was for k3OS"},
};
