// Which statements of a syntax tree of solc's may change places and nobody can tell. When in doubt, none.

/// Opcodes that depend on nothing but their operands and memory, and change nothing.
const CALM = new Set([
  "add", "sub", "and", "or", "not", "shl", "shr", "iszero", "lt", "gt", "mload", "calldataload", "returndatasize", "address",
]);

export const children = (node) =>
  Object.values(node).flatMap((value) => (Array.isArray(value) ? value : [value])).filter((value) => value?.nodeType);

/// What a statement touches, if that can be told: declarations that it writes and reads (in assembly, names), "the log",
/// and what it may revert with. Nothing for whatever calls, returns or loops.
function effects(statement) {
  const writes = new Set();
  const reads = new Set();
  const reverts = new Set();
  let [calm, unchecked] = [true, false];
  const base = (node) => (node.expression || node.baseExpression ? base(node.expression ?? node.baseExpression) : node);
  const read = (node) => {
    if (node.nodeType === "Identifier" && node.referencedDeclaration > 0) reads.add(node.referencedDeclaration);
    if (node.nodeType === "YulIdentifier") reads.add(node.name);
    if (node.nodeType === "FunctionCall" && node.kind !== "typeConversion" && node.expression.expression?.name !== "abi"
      && !["keccak256", "type"].includes(node.expression.name)) {
      if (/ pure /.test(node.expression.typeDescriptions.typeString)) reverts.add(node.src);
      else calm = false;
    }
    if (node.nodeType === "YulFunctionCall" && !CALM.has(node.functionName.name)) calm = false;
    if (node.nodeType === "UnaryOperation" && node.operator !== "!") calm = false;
    const mapping = node.baseExpression?.typeDescriptions.typeString.startsWith("mapping");
    if (node.nodeType === "IndexAccess" && !mapping) reverts.add("Panic(0x32)");
    if (["+", "-", "*"].includes(node.operator) && !unchecked) reverts.add("Panic(0x11)");
    if (["/", "%"].includes(node.operator)) reverts.add("Panic(0x12)");
    children(node).forEach(read);
  };
  const write = (node) => (node.referencedDeclaration ? writes.add(node.referencedDeclaration) : (calm = false));
  const touch = (node) => {
    const { nodeType, expression } = node;
    if (nodeType === "VariableDeclarationStatement") {
      node.declarations.forEach((declaration) => declaration && writes.add(declaration.id));
      if (node.initialValue) read(node.initialValue);
    } else if (nodeType === "ExpressionStatement" && expression.nodeType === "Assignment") {
      write(base(expression.leftHandSide));
      if (expression.operator !== "=" && !unchecked) reverts.add("Panic(0x11)");
      children(expression).forEach(read);
    } else if (nodeType === "ExpressionStatement" && expression.operator === "delete") write(base(expression.subExpression));
    else if (nodeType === "UncheckedBlock") {
      unchecked = true;
      node.statements.forEach(touch);
      unchecked = false;
    } else if (nodeType === "EmitStatement") {
      writes.add("the log");
      node.eventCall.arguments.forEach(read);
    } else if (nodeType === "IfStatement" && node.trueBody.nodeType === "RevertStatement" && !node.falseBody) {
      read(node.condition);
      node.trueBody.errorCall.arguments.forEach(read);
      reverts.add(node.src);
    } else if (["YulVariableDeclaration", "YulAssignment"].includes(nodeType)) {
      (node.variables ?? node.variableNames).forEach(({ name }) => writes.add(name));
      if (node.value) read(node.value);
    } else calm = false;
  };
  touch(statement);
  return calm ? { writes, reads, reverts } : undefined;
}

/// The memory that a statement of an assembly block fills: from a name, in bytes, until the end if its size is not written.
function filled({ nodeType, expression }) {
  const { functionName, arguments: operands } = expression ?? {};
  if (nodeType !== "YulExpressionStatement" || !["mstore", "calldatacopy", "returndatacopy"].includes(functionName?.name)) return;
  const [at, value, size] = operands;
  const number = (node) => (node?.nodeType === "YulLiteral" ? Number(node.value) : undefined);
  const [base, offset] = at.functionName?.name === "add" ? [at.arguments[0], number(at.arguments[1])]
    : at.nodeType === "YulLiteral" ? [{ nodeType: "YulIdentifier", name: "" }, number(at)] : [at, 0];
  const calm = [value, size].every((node) => !node?.functionName || CALM.has(node.functionName.name));
  if (base.nodeType !== "YulIdentifier" || offset === undefined || !calm || value.functionName?.name === "mload") return;
  return { base: base.name, from: offset, to: offset + (functionName.name === "mstore" ? 32 : number(size) ?? Infinity) };
}

/// Whether the order of two statements means nothing. A revert takes back what was written before it; which of two comes
/// first can be seen only if they are not the same.
export function commute(first, second) {
  const [here, there] = [filled(first), filled(second)];
  if (here && there) return here.base === there.base && (here.to <= there.from || there.to <= here.from);
  const [a, b] = [effects(first), effects(second)];
  if (!a || !b || (a.reverts.size && b.reverts.size && new Set([...a.reverts, ...b.reverts]).size > 1)) return false;
  const apart = (x, y) => [...x].every((one) => !y.has(one));
  return apart(a.writes, b.writes) && apart(a.writes, b.reads) && apart(a.reads, b.writes);
}
