// Lists the mutants of a source. Each mutant replaces the text at one place, found in solc's syntax tree, with assembly.
// `mutants(source, ast, known)` returns them. The source and the offsets are bytes (latin1), as solc counts them, and `known`
// are the declarations of all sources.
//
// A swap of two statements makes no difference if their order does not matter, for example two assignments to different
// variables. Its kind is "idle swap". The compiler decides whether a mutant compiles, and to different code.
import { commute } from "./commute.mjs";
import { children } from "./effects.mjs";

const RELATIONS = { "==": ["!="], "!=": ["=="], "<": ["<=", ">="], "<=": ["<", ">"], ">": [">=", "<="], ">=": [">", "<"] };
const ARITHMETIC = { "+": ["-"], "-": ["+"], "*": ["/"], "/": ["*"], "%": ["/"], "<<": [">>"], ">>": ["<<"], "&": ["|"], "|": ["&"] };
const LOGIC = { "&&": ["||"], "||": ["&&"] };
const OPERATORS = { ...RELATIONS, ...ARITHMETIC, ...LOGIC };
const OPCODES = { add: "sub", sub: "add", and: "or", or: "and", shl: "shr", shr: "shl", lt: "gt", gt: "lt" };

function neighbours(literal) {
  const digits = literal.replaceAll("_", "");
  const width = /^0x/i.test(digits) ? digits.length - 2 : 0;
  const value = BigInt(digits);
  const show = (n) => (width ? "0x" + n.toString(16).padStart(width, "0") : n.toString());
  return [value + 1n, value - 1n].filter((n) => n >= 0n && (!width || n.toString(16).length <= width)).map(show);
}

export function mutants(source, ast, known) {
  const found = [];
  const range = ({ src }) => {
    const [start, length] = src.split(":").map(Number);
    return [start, start + length];
  };
  const text = (node) => source.slice(...range(node));
  let where = "";
  const put = (kind, [start, end], ...texts) => texts.forEach((to) => found.push({ kind, where, start, end, to }));
  const becomes = (kind, node, ...texts) => put(kind, range(node), ...texts);
  /// The range of a Solidity statement with its semicolon, which solc excludes for some statements.
  const whole = (node) => {
    const [start, end] = range(node);
    const rest = /^\s*;/.exec(source.slice(end));
    return [start, rest && !node.nodeType.startsWith("Yul") ? end + rest[0].length : end];
  };
  const swap = (kind, [a, b], [c, d]) => put(kind, [a, d], source.slice(c, d) + source.slice(b, c) + source.slice(a, b));
  const condition = (node) => node && becomes("condition", node, ...["true", "false"].filter((to) => to !== text(node)));

  const covered = new Set();
  const remove = (node) => covered.has(node) || put("statement removed", whole(node), "{}");

  const visitors = {
    BinaryOperation(node) {
      const { leftExpression: left, rightExpression: right, operator } = node;
      const between = source.slice(range(left)[1], range(right)[0]);
      for (const other of OPERATORS[operator] ?? []) {
        becomes("operator", node, `(${text(left)}${between.replace(operator, other)}${text(right)})`);
      }
      if (operator in LOGIC) becomes("condition", node, `(${text(left)})`, `(${text(right)})`);
    },
    UnaryOperation(node) {
      if (node.operator === "!") becomes("operator", node, `(${text(node.subExpression)})`);
      if (node.operator === "++") becomes("operator", node, text(node).replace("++", "--"));
    },
    Assignment(node) {
      if (node.operator === "=") return;
      const other = { "+=": "-=", "-=": "+=", "|=": "&=", "&=": "|=" }[node.operator];
      for (const to of ["=", other]) {
        becomes("operator", node, `${text(node.leftHandSide)} ${to} ${text(node.rightHandSide)}`);
      }
    },
    IfStatement(node) {
      condition(node.condition);
      // Removing the body is the same as a false condition, so the body itself is not removed.
      covered.add(node.trueBody);
    },
    Conditional: (node) => condition(node.condition),
    ForStatement(node) {
      condition(node.condition);
      if (node.loopExpression) becomes("statement removed", node.loopExpression, "");
    },
    Literal(node) {
      if (node.kind === "number") becomes("constant", node, ...neighbours(text(node)));
      if (node.kind === "bool") becomes("constant", node, text(node) === "true" ? "false" : "true");
      if (node.kind === "string") becomes("constant", node, node.value ? '""' : '"x"');
    },
    MemberAccess(node) {
      if (node.expression.expression?.name === "type" && node.memberName === "max") becomes("constant", node, `(${text(node)} - 1)`);
    },
    FunctionCall(node) {
      for (const argument of node.arguments) {
        if (argument.typeDescriptions.typeString === "bool" && argument.nodeType !== "Literal") condition(argument);
      }
      const any = node.expression.expression?.name === "abi";
      const type = (argument) => argument.typeDescriptions.typeString.replace(/^int_const .*/, "uint256");
      node.arguments.slice(1).forEach((right, i) => {
        const left = node.arguments[i];
        if (any || type(left) === type(right)) swap("arguments swapped", range(left), range(right));
      });
    },
    ModifierInvocation(node) {
      if (node.kind === "modifierInvocation") becomes("modifier removed", node, "");
    },
    VariableDeclarationStatement(node) {
      const { initialValue: value, declarations } = node;
      if (value && declarations.length === 1) put("initializer removed", [range(declarations[0])[1], range(value)[1]], "");
    },
    Return(node) {
      remove(node);
      const value = node.expression;
      const type = value?.typeDescriptions.typeString ?? "";
      if (type === "bool") condition(value);
      if (/^(uint\d+|bytes32)$/.test(type)) becomes("return value", value, type === "bytes32" ? "bytes32(0)" : "0");
    },
    YulFunctionCall(node) {
      const { name } = node.functionName;
      const operands = node.arguments.map(text).join(", ");
      if (OPCODES[name]) becomes("operator", node.functionName, OPCODES[name]);
      if (name === "lt" || name === "gt") becomes("operator", node, `iszero(${OPCODES[name]}(${operands}))`);
      if (name === "iszero" || name === "not") becomes("operator", node, operands);
    },
    YulLiteral: (node) => becomes("constant", node, ...neighbours(text(node))),
    YulIf: (node) => becomes("condition", node.condition, "1", "0"),
    YulForLoop: (node) => becomes("condition", node.condition, "1", "0"),
  };
  for (const kind of ["ExpressionStatement", "EmitStatement", "RevertStatement", "InlineAssembly"]) {
    visitors[kind] = remove;
  }
  for (const kind of ["YulExpressionStatement", "YulAssignment"]) visitors[kind] = (node) => becomes("statement removed", node, "");
  for (const kind of ["Block", "UncheckedBlock", "YulBlock"]) {
    visitors[kind] = ({ statements }) =>
      statements.slice(1).forEach((second, i) => {
        const kind = commute(statements[i], second, known) ? "idle swap" : "statements swapped";
        swap(kind, whole(statements[i]), whole(second));
      });
  }

  const visit = (node) => {
    if (["ImportDirective", "PragmaDirective", "StructuredDocumentation"].includes(node.nodeType)) return;
    const outside = where;
    if (["FunctionDefinition", "ModifierDefinition"].includes(node.nodeType)) where = node.name || node.kind;
    visitors[node.nodeType]?.(node);
    // The loop expression is a statement in the tree, but not in the grammar.
    for (const child of children(node)) if (node.nodeType !== "ForStatement" || child !== node.loopExpression) visit(child);
    if (node.nodeType === "ForStatement" && node.loopExpression) visit(node.loopExpression.expression);
    where = outside;
  };
  visit(ast);
  const seen = new Set();
  return found.filter(({ start, end, to }) => !seen.has(`${start} ${end} ${to}`) && seen.add(`${start} ${end} ${to}`));
}
