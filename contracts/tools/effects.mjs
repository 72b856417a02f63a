// Finds the effects of a statement in solc's syntax tree. The result is undefined for a statement that calls another contract
// (except its views), loops, returns, or calls a function that can be overridden. Gas is ignored.

export const children = (node) =>
  Object.values(node).flatMap((value) => (Array.isArray(value) ? value : [value])).filter((value) => value?.nodeType);

/// The functions and variables of all syntax trees, by solc's id.
export function declarations(trees) {
  const found = new Map();
  const visit = (node) => {
    if (["FunctionDefinition", "VariableDeclaration"].includes(node.nodeType)) found.set(node.id, node);
    children(node).forEach(visit);
  };
  Object.values(trees).forEach(({ ast }) => visit(ast));
  return found;
}

/// Opcodes that depend only on their operands and have no side effects.
const CALM = new Set(["add", "sub", "and", "or", "not", "shl", "shr", "iszero", "lt", "gt", "calldataload", "address"]);
const COPIES = ["calldatacopy", "returndatacopy", "mcopy"];
const WORD = { nodeType: "YulLiteral", value: "0x20" };

/// Returns an expression as a sum of names and a number, or undefined if it is not written as a sum.
function sum(node) {
  if (node.nodeType === "YulLiteral") return { number: Number(node.value), names: [] };
  if (node.nodeType === "YulIdentifier") return { number: 0, names: [node.name] };
  if (node.functionName.name !== "add") return;
  const [a, b] = node.arguments.map(sum);
  return a && b && { number: a.number + b.number, names: [...a.names, ...b.names].sort() };
}

/// A region of memory between two sums. A region without bounds may be anywhere and have any size.
function region(at, size) {
  return { from: sum(at), to: sum({ functionName: { name: "add" }, arguments: [at, size] }) };
}
const ANYWHERE = {};

/// Returns the effects of a statement, or undefined if they are not known: the variables that it writes and reads, regions
/// of memory, and its possible reverts. In assembly, variables are listed by name. "log" and "answer", the result of the last
/// call, also count as variables. `looks` is set if a called view reads the state, `stores` if the statement writes to it.
/// `names` maps the names in an assembly block to variables.
export function effects(statement, known, names = new Map(), inside = false) {
  const found = { writes: new Set(), reads: new Set(), reverts: new Set(), into: [], from: [], looks: false, stores: false };
  const { writes, reads, reverts, into, from } = found;
  let [calm, unchecked] = [true, false];
  const join = (other) => {
    if (!other) return (calm = false);
    for (const one of ["writes", "reads", "reverts"]) other[one].forEach((value) => found[one].add(value));
    for (const one of ["into", "from"]) found[one].push(...other[one]);
    for (const one of ["looks", "stores"]) found[one] ||= other[one];
  };
  const name = (node) => names.get(node.src) ?? node.name;
  const base = (node) =>
    ["MemberAccess", "IndexAccess"].includes(node.nodeType) ? base(node.expression ?? node.baseExpression) : node;
  const type = (node) => node.typeDescriptions?.typeString ?? "";

  const call = ({ kind, src, expression }) => {
    const id = expression.typeDescriptions.typeIdentifier;
    if (kind === "typeConversion" || /^t_function_(keccak256|metatype|abiencode)/.test(id)) return;
    if (/^t_function_internal_/.test(id)) {
      const callee = summary(known.get(expression.referencedDeclaration), known);
      // The data of a revert may depend on the arguments.
      return join(callee && { ...callee, reverts: [...callee.reverts].map((one) => (/^Panic/.test(one) ? one : src)) });
    }
    reverts.add(src);
    if (/^t_function_external_(view|pure)\$/.test(id)) {
      found.looks = true;
      writes.add("answer");
    } else if (!/ pure /.test(type(expression))) calm = false;
  };
  const opcode = ({ functionName, arguments: operands, src }) => {
    const [at, value, size] = operands;
    if (functionName.name === "mload") from.push(region(at, WORD));
    else if (["keccak256", "revert"].includes(functionName.name)) from.push(region(at, value));
    else if (functionName.name === "mstore") into.push(region(at, WORD));
    else if (COPIES.includes(functionName.name)) into.push(region(at, size));
    else if (functionName.name !== "returndatasize" && !CALM.has(functionName.name)) calm = false;
    if (functionName.name === "mcopy") from.push(region(value, size));
    if (/^returndata/.test(functionName.name)) reads.add("answer");
    if (["revert", "returndatacopy"].includes(functionName.name)) reverts.add(src);
  };
  const read = (node) => {
    const { nodeType, operator } = node;
    if (nodeType === "Identifier" && node.referencedDeclaration > 0) reads.add(node.referencedDeclaration);
    if (nodeType === "Identifier" && / memory$/.test(type(node))) from.push(ANYWHERE);
    if (nodeType === "YulIdentifier") reads.add(name(node));
    if (nodeType === "FunctionCall") call(node);
    if (nodeType === "YulFunctionCall") opcode(node);
    if (nodeType === "Assignment" || (nodeType === "UnaryOperation" && operator !== "!")) calm = false;
    if (/ storage pointer$/.test(type(node))) calm = false;
    const outer = type(node.baseExpression ?? (nodeType === "MemberAccess" && node.expression) ?? {});
    if (nodeType === "IndexAccess" && !outer.startsWith("mapping")) reverts.add("Panic(0x32)");
    // Calldata is validated when it is read.
    if (/ calldata$/.test(outer) && !["uint256", "bytes32"].includes(type(node))) reverts.add("malformed calldata");
    if (["+", "-", "*", "**"].includes(operator) && !unchecked) reverts.add("Panic(0x11)");
    if (["/", "%"].includes(operator)) reverts.add("Panic(0x12)");
    children(node).forEach(read);
  };
  const write = (node) => {
    const variable = base(node);
    const { referencedDeclaration: id } = variable;
    if (!id || / storage pointer$/.test(type(variable))) calm = false;
    if (variable !== node && / memory$/.test(type(variable))) into.push(ANYWHERE);
    else writes.add(id);
    found.stores ||= known.get(id)?.stateVariable === true;
    if (variable !== node) read(node);
  };

  const kinds = {
    Block: ({ statements }) => statements.forEach(touch),
    UncheckedBlock({ statements }) {
      unchecked = true;
      statements.forEach(touch);
      unchecked = false;
    },
    VariableDeclarationStatement(node) {
      node.declarations.forEach((declaration) => declaration && writes.add(declaration.id));
      if (node.initialValue) read(node.initialValue);
    },
    ExpressionStatement({ expression }) {
      if (expression.nodeType === "Assignment") {
        write(expression.leftHandSide);
        if (expression.operator !== "=") {
          if (!unchecked) reverts.add("Panic(0x11)");
          read(expression.leftHandSide);
        }
        read(expression.rightHandSide);
      } else if (expression.operator === "delete") write(expression.subExpression);
      else read(expression);
    },
    EmitStatement(node) {
      writes.add("log");
      node.eventCall.arguments.forEach(read);
    },
    RevertStatement(node) {
      reverts.add(node.src);
      node.errorCall.arguments.forEach(read);
    },
    IfStatement(node) {
      read(node.condition);
      touch(node.trueBody);
      if (node.falseBody) touch(node.falseBody);
    },
    Return(node) {
      if (!inside) calm = false;
      if (node.expression) read(node.expression);
    },
    InlineAssembly: (node) => join(assembly(node, known)),
    YulBlock: ({ statements }) => statements.forEach(touch),
    YulExpressionStatement: ({ expression }) => read(expression),
    YulIf(node) {
      read(node.condition);
      touch(node.body);
    },
  };
  for (const kind of ["YulVariableDeclaration", "YulAssignment"]) {
    kinds[kind] = (node) => {
      (node.variables ?? node.variableNames).forEach((variable) => writes.add(name(variable)));
      if (node.value) read(node.value);
    };
  }
  const touch = (node) => (kinds[node.nodeType] ? kinds[node.nodeType](node) : (calm = false));
  touch(statement);
  return calm ? found : undefined;
}

/// Returns the effects of an assembly block on the Solidity around it. The result is undefined if the block writes to memory
/// other than scratch, reads scratch that it did not write, or reads the free memory pointer.
function assembly({ AST, externalReferences }, known) {
  const names = new Map(externalReferences.map(({ src, declaration }) => [src, declaration]));
  const scratch = ({ from, to }) => from && to && !from.names.length && !to.names.length && to.number <= 0x40;
  const own = (words, { from, to }) => {
    let at = from.number;
    for (const word of words) if (word.from.number <= at && at < word.to.number) at = word.to.number;
    return at >= to.number;
  };
  const all = effects(AST, known, names);
  if (!all) return;
  const words = [];
  for (const statement of AST.statements) {
    const { from, into } = effects(statement, known, names);
    if (!into.every(scratch)) return;
    // Memory with a name outside the block is in use there. It is neither scratch memory nor the free memory pointer.
    const alive = ({ names }) => names.length && names.every((one) => !all.writes.has(one));
    if (!from.every((one) => (scratch(one) ? own(words, one) : one.from && alive(one.from)))) return;
    if (statement.nodeType === "YulExpressionStatement") words.push(...into);
  }
  const outer = (variables) => new Set([...variables].filter((one) => typeof one === "number" || one === "answer"));
  const from = all.from.filter((one) => !scratch(one)).map(() => ANYWHERE);
  return { ...all, writes: outer(all.writes), reads: outer(all.reads), into: [], from };
}

/// Returns the effects of a function without its own variables, or undefined if it can be overridden or has modifiers.
function summary(definition, known) {
  if (!definition?.body || definition.virtual || definition.modifiers.length) return;
  const others = new Map(known);
  others.delete(definition.id);
  const all = effects(definition.body, others, new Map(), true);
  const own = new Set();
  const visit = (node) => (node.nodeType === "VariableDeclaration" && own.add(node.id), children(node).forEach(visit));
  visit(definition);
  const outer = (variables) => new Set([...variables].filter((one) => !own.has(one)));
  return all && { ...all, writes: outer(all.writes), reads: outer(all.reads) };
}
