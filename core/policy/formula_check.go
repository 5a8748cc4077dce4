package policy

import (
	"slices"
	"strconv"

	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/parser"
)

// maxFormula bounds a formula's text; the longest of ours has 140 characters.
const maxFormula = 600

// dimension is what a part of a formula counts. A number without a unit may be
// multiplied with anything, and added to or compared with plain counts only: a
// bare 500 beside an amount would be read as fen.
type dimension struct {
	money, area int  // powers of yuan and of m2
	ratio       bool // thousandths, for part alone
	literal     bool // a number as written
	zero        bool // the literal 0, which fits every unit
	kind        byte // 'n' number, 'b' yes or no, 's' a word
}

// formulaCheck walks a formula before it is compiled. What is not named here is
// not part of the language: no lists, no loops, no calls but least, most and part,
// so that a formula cannot fail or run on while a person waits.
type formulaCheck struct {
	b         *builder
	what, say string
}

// check gives the first fault of a formula, in both tongues.
func (b *builder) checkFormula(source string) (what, say string) {
	if len(source) > maxFormula {
		return "the formula is longer than " + strconv.Itoa(maxFormula) + " characters", "公式太长了。请分成几个标准来写。"
	}
	tree, err := parser.Parse(source)
	if err != nil {
		return "formula: " + err.Error(), "公式写得不对。请看看括号和符号。"
	}
	c := &formulaCheck{b: b}
	d := c.of(tree.Node)
	if c.what == "" {
		switch {
		case d.kind != 'n':
			c.refuse("it is no number but a yes-or-no or a word", "公式算出来要是一个数额。")
		case d.literal && !d.zero:
			c.refuse("a bare number is no amount; write it as a parameter", "公式里不能直接写数额。请先在标准里写上,再用它的名字。")
		case !d.zero && (d.money != 1 || d.area != 0 || d.ratio):
			c.refuse("the result is not counted in yuan", "公式算出来不是钱。请看看单位,钱乘钱、倍数没用 part 都会这样。")
		}
	}
	if c.what == "" {
		return "", ""
	}
	return "formula: " + c.what, c.say
}

func (c *formulaCheck) refuse(what, say string) dimension {
	if c.what == "" {
		c.what, c.say = what, say
	}
	return dimension{kind: 'n', zero: true, literal: true}
}

func (c *formulaCheck) of(n ast.Node) dimension {
	switch n := n.(type) {
	case *ast.IntegerNode:
		return dimension{kind: 'n', literal: true, zero: n.Value == 0}
	case *ast.FloatNode:
		return c.refuse("amounts are whole fen; write a ratio as a parameter and use part(x, ratio)", "公式里不能写小数。倍数请写成标准,再用 part(数额, 倍数)。")
	case *ast.BoolNode:
		return dimension{kind: 'b'}
	case *ast.StringNode:
		return dimension{kind: 's'}
	case *ast.IdentifierNode:
		return c.name(n.Value)
	case *ast.UnaryNode:
		return c.of(n.Node)
	case *ast.BinaryNode:
		return c.binary(n)
	case *ast.ConditionalNode:
		if d := c.of(n.Cond); d.kind != 'b' {
			return c.refuse("before ? stands a condition", "问号前面要写一个能答是或不是的条件。")
		}
		return c.same(c.of(n.Exp1), c.of(n.Exp2))
	case *ast.CallNode:
		if callee, ok := n.Callee.(*ast.IdentifierNode); ok {
			return c.call(callee.Value, n.Arguments)
		}
	}
	return c.refuse("only + - *, comparisons, ? :, least, most and part are allowed", "公式里有不认识的写法。只能用加减乘、比较、least、most 和 part。")
}

func (c *formulaCheck) name(name string) dimension {
	key, found := c.b.names[name]
	if !found {
		return c.refuse("unknown name "+name, "公式里的"+quoted(name)+"不认识。请看看是不是写错了字。")
	}
	unit := UnitBool
	if f, isFact := FactByKey(key); isFact {
		unit = f.Unit
	} else {
		unit = c.b.params[c.b.paramIDs[key]].Unit
	}
	d := dimension{kind: 'n'}
	switch unit {
	case UnitFen:
		d.money = 1
	case UnitM2:
		d.area = 1
	case UnitRatio:
		d.ratio = true
	case UnitBool:
		d.kind = 'b'
	case UnitEnum:
		d.kind = 's'
	}
	return d
}

func (c *formulaCheck) binary(n *ast.BinaryNode) dimension {
	switch n.Operator {
	case "/", "%", "**", "^":
		return c.divides(n)
	case "*":
		x, y := c.number(n.Left), c.number(n.Right)
		if x.ratio || y.ratio {
			return c.refuse("a ratio is used by part(x, ratio) only", "倍数不能直接乘。请写成 part(数额, 倍数)。")
		}
		return dimension{kind: 'n', money: x.money + y.money, area: x.area + y.area,
			literal: x.literal && y.literal, zero: x.zero && y.zero}
	case "+", "-":
		return c.same(c.number(n.Left), c.number(n.Right))
	case "==", "!=":
		c.same(c.of(n.Left), c.of(n.Right))
		return dimension{kind: 'b'}
	case "<", "<=", ">", ">=":
		c.same(c.number(n.Left), c.number(n.Right))
		return dimension{kind: 'b'}
	case "and", "or", "&&", "||":
		if c.of(n.Left).kind != 'b' || c.of(n.Right).kind != 'b' {
			return c.refuse(n.Operator+" joins conditions", "and、or 两边要写条件。")
		}
		return dimension{kind: 'b'}
	}
	return c.refuse("unknown sign "+n.Operator, "公式里的"+quoted(n.Operator)+"不认识。")
}

// divides refuses a division and names what could be nothing. A division leaves a
// fraction of a fen as well, so that a divisor that is never 0 is no better.
func (c *formulaCheck) divides(n *ast.BinaryNode) dimension {
	const instead = "there is no division here; use part(x, ratio)"
	names := &divisor{}
	ast.Walk(&n.Right, names)
	switch number, literal := n.Right.(*ast.IntegerNode); {
	case n.Operator == "**" || n.Operator == "^":
		return c.refuse("there are no powers here", "公式里不能写乘方。")
	case literal && number.Value == 0:
		return c.refuse("it divides by 0: "+instead, "公式除以 0 了,算不出来。请去掉除法,用 part(数额, 倍数)。")
	case len(names.found) > 0:
		divisor := names.found[0]
		return c.refuse("it divides by "+divisor+", which may be 0: "+instead, "公式除以"+quoted(divisor)+",它可能是 0,就算不出来了。请去掉除法,用 part(数额, 倍数)。")
	}
	return c.refuse(instead, "公式里不能写除法。请用 part(数额, 倍数)。")
}

// divisor gathers the names below a division sign.
type divisor struct{ found []string }

// Visit implements ast.Visitor.
func (v *divisor) Visit(node *ast.Node) {
	if id, ok := (*node).(*ast.IdentifierNode); ok {
		v.found = append(v.found, id.Value)
	}
}

func (c *formulaCheck) number(n ast.Node) dimension {
	d := c.of(n)
	if d.kind != 'n' {
		return c.refuse("a word or a yes-or-no is no number", "这里要用数,不能用词或是不是。")
	}
	return d
}

// same joins two parts that must be counted alike.
func (c *formulaCheck) same(x, y dimension) dimension {
	switch {
	case x.kind != y.kind:
		return c.refuse("a number, a word and a yes-or-no do not mix", "公式里数、词、是不是混在一起了。")
	case x.zero:
		return y
	case y.zero:
		return x
	case x.money != y.money || x.area != y.area || x.ratio != y.ratio:
		return c.refuse("its two sides are counted in different units", "公式里两边的单位不一样,不能加减、比较。钱只能和钱比,数额请先写进标准。")
	}
	x.literal = x.literal && y.literal
	return x
}

func (c *formulaCheck) call(name string, args []ast.Node) dimension {
	if !slices.Contains([]string{"least", "most", "part"}, name) {
		return c.refuse("unknown function "+name, "公式里的"+quoted(name)+"不认识。只能用 least、most 和 part。")
	}
	if len(args) != 2 {
		return c.refuse(name+" takes two numbers", name+" 后面要写两个数,用逗号隔开。")
	}
	x, y := c.number(args[0]), c.number(args[1])
	if name != "part" {
		return c.same(x, y)
	}
	// m2 are held in hundredths, so that yuan per m2 times m2 is a hundred times too
	// large: part(x, 10) brings it back, and nothing else takes a bare number.
	if n, literal := args[1].(*ast.IntegerNode); literal && n.Value == 10 && x.area == 1 {
		x.area = 0
		return x
	}
	if !y.ratio {
		return c.refuse("part(x, ratio) takes a ratio", "part 的第二个数要是倍数(单位是 ratio 的标准)。")
	}
	return x
}
