import { runChecks } from './checks.ts';

if (!(await runChecks(process.env, (line) => console.log(line)))) process.exitCode = 1;
