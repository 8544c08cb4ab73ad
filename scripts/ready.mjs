/** What a command that runs from the build needs before it: the SQLite driver, then the build. */
import './native-sqlite.mjs';
import './build.mjs';
