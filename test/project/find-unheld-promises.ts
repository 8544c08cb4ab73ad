import ts from 'typescript';

/** The way to start work and await it later (src/domain/base/hold-failure.ts). */
const HELPER = 'holdFailure';

/**
 * Every place where a variable or a property is given the promise of a call that nobody awaits there and whose failure nobody
 * holds: should something throw before the promise is awaited, its own failure would end the process.
 *
 * @returns `file:line: the text` for each
 */
export function findUnheldPromises(program: ts.Program, isMine: (fileName: string) => boolean): readonly string[] {
  const checker = program.getTypeChecker();
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    const given = givenTo(node);
    for (const leaf of given === null ? [] : leavesOf(given)) {
      if (!ts.isCallExpression(leaf) || isHeld(leaf) || !isPromise(checker, leaf)) continue;
      const file = leaf.getSourceFile();
      const { line } = file.getLineAndCharacterOfPosition(leaf.getStart());
      found.push(`${file.fileName}:${line + 1}: ${leaf.getText().split('\n')[0] ?? ''}`);
    }
    ts.forEachChild(node, visit);
  };
  for (const file of program.getSourceFiles()) if (isMine(file.fileName)) visit(file);
  return found;
}

/** What a node gives to a variable or a property; null for any other node. */
function givenTo(node: ts.Node): ts.Expression | null {
  if (ts.isVariableDeclaration(node) || ts.isPropertyDeclaration(node)) return node.initializer ?? null;
  if (ts.isPropertyAssignment(node)) return node.initializer;
  if (ts.isBinaryExpression(node) && isAssignment(node.operatorToken.kind)) return node.right;
  return null;
}

function isAssignment(kind: ts.SyntaxKind): boolean {
  return kind >= ts.SyntaxKind.FirstAssignment && kind <= ts.SyntaxKind.LastAssignment;
}

/** The expressions that an expression can come to. */
function leavesOf(expression: ts.Expression): readonly ts.Expression[] {
  if (ts.isConditionalExpression(expression))
    return [...leavesOf(expression.whenTrue), ...leavesOf(expression.whenFalse)];
  if (ts.isBinaryExpression(expression)) return [...leavesOf(expression.left), ...leavesOf(expression.right)];
  if (ts.isParenthesizedExpression(expression) || ts.isAsExpression(expression) || ts.isSatisfiesExpression(expression))
    return leavesOf(expression.expression);
  return [expression];
}

/** Whether the failure goes somewhere: to the helper, or to a handler of its own. */
function isHeld(call: ts.CallExpression): boolean {
  const { expression: callee } = call;
  if (ts.isIdentifier(callee)) return callee.text === HELPER;
  if (!ts.isPropertyAccessExpression(callee)) return false;
  const method = callee.name.text;
  if (method === 'catch') return true;
  if (method === 'then' && call.arguments.length === 2) return true;
  if (method === 'finally' && ts.isCallExpression(callee.expression)) return isHeld(callee.expression);
  return callee.expression.getText() === 'Promise' && (method === 'resolve' || method === 'allSettled');
}

function isPromise(checker: ts.TypeChecker, expression: ts.Expression): boolean {
  const type = checker.getTypeAtLocation(expression);
  const kinds = type.isUnion() ? type.types : [type];
  return kinds.some((one) => one.getSymbol()?.name === 'Promise');
}
