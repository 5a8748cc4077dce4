package policy

import (
	"fmt"
	"slices"
	"strings"

	"github.com/expr-lang/expr"
	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/parser"
	"github.com/expr-lang/expr/vm"

	"lianou/core"
)

// A Formula computes an amount in fen from facts and parameters, in integers
// only. Names are those of facts and parameters with "_" for ".". Besides
// arithmetic it has least(a, b), most(a, b) and part(x, ratio): x times a ratio
// parameter, rounded half up to a fen.
type Formula struct {
	Source string
	Uses   []Use // every name it reads, in order of name
	single bool  // Source is one name

	// Differences are its subtractions of one name from another: where one leaves nothing, it is
	// why nothing is given.
	Differences []Difference

	program *vm.Program
}

// A Use is one name a formula reads.
type Use struct {
	Name  string
	Fact  FactID
	Param ParamID // -1 for a fact
}

// A Difference is From less Less.
type Difference struct{ From, Less Use }

// MaxBenefit bounds what any formula may give; more is a mistake in the rules.
const MaxBenefit = core.Fen(1_000_000_00)

// Eval computes the amount. vars holds a value for every Use: int for numbers,
// bool, or string for words. The result lies between 0 and MaxBenefit.
func (f *Formula) Eval(vars map[string]any) (core.Fen, error) {
	if f.single { // most formulas are one parameter
		if n, isInt := vars[f.Source].(int); isInt {
			return min(max(core.Fen(n), 0), MaxBenefit), nil
		}
	}
	out, err := expr.Run(f.program, vars)
	if err != nil {
		return 0, fmt.Errorf("compute %q: %w", f.Source, err)
	}
	n, isInt := out.(int64)
	if !isInt {
		return 0, fmt.Errorf("compute %q: the result is no whole number", f.Source)
	}
	return min(max(core.Fen(n), 0), MaxBenefit), nil
}

// Var turns a fact's value into what formulas see.
func (f *Fact) Var(v int64) any {
	switch f.Unit {
	case UnitBool:
		return v == 1
	case UnitEnum:
		return f.Words[v]
	default:
		return int(v)
	}
}

func varName(key string) string { return strings.ReplaceAll(key, ".", "_") }

// formula compiles source against the vocabulary and the parameters; a misspelt
// name, a wrong unit, a division or a fraction is a problem here and never later.
// It gives nil when there is one.
func (b *builder) formula(a at, source string) *Formula {
	if what, say := b.checkFormula(source); what != "" {
		b.problem(a, say, "%s", what)
		return nil
	}
	tree, err := parser.Parse(source)
	if err != nil {
		return nil // told by checkFormula
	}
	names := &formulaNames{b: b, env: map[string]any{}}
	ast.Walk(&tree.Node, names)
	program, err := expr.Compile(source, expr.Env(names.env), expr.AsInt64(),
		expr.Function("least", least, new(func(int, int) int)),
		expr.Function("most", most, new(func(int, int) int)),
		expr.Function("part", part, new(func(int, int) int)))
	if err != nil {
		b.problem(a, "公式写得不对。请看看括号和符号。", "formula: %v", err)
		return nil
	}
	slices.SortFunc(names.uses, func(x, y Use) int { return strings.Compare(x.Name, y.Name) })
	single := len(names.uses) == 1 && names.uses[0].Name == source
	return &Formula{Source: source, Uses: names.uses, single: single, program: program, Differences: names.differences()}
}

// formulaNames walks a formula and collects what it reads, with a value of each
// name's type: a compiler that knows them alone is ten times as fast as one that
// knows the whole vocabulary.
type formulaNames struct {
	b    *builder
	uses []Use
	env  map[string]any
	less [][2]string // names of which the second is taken from the first
}

// differences are the subtractions of one name from another.
func (v *formulaNames) differences() (out []Difference) {
	use := func(name string) Use {
		return v.uses[slices.IndexFunc(v.uses, func(u Use) bool { return u.Name == name })]
	}
	for _, pair := range v.less {
		out = append(out, Difference{use(pair[0]), use(pair[1])})
	}
	return out
}

// Visit implements ast.Visitor.
func (v *formulaNames) Visit(node *ast.Node) {
	if minus, is := (*node).(*ast.BinaryNode); is && minus.Operator == "-" {
		from, named := minus.Left.(*ast.IdentifierNode)
		less, also := minus.Right.(*ast.IdentifierNode)
		if named && also {
			v.less = append(v.less, [2]string{from.Value, less.Value})
		}
	}
	n, isName := (*node).(*ast.IdentifierNode)
	if !isName {
		return
	}
	key, found := v.b.names[n.Value]
	if _, seen := v.env[n.Value]; !found || seen {
		return
	}
	u := Use{Name: n.Value, Param: -1}
	v.env[n.Value] = 0
	if f, isFact := FactByKey(key); isFact {
		u.Fact = f.ID
		switch f.Unit {
		case UnitBool:
			v.env[n.Value] = false
		case UnitEnum:
			v.env[n.Value] = ""
		}
	} else {
		u.Param = v.b.paramIDs[key]
	}
	v.uses = append(v.uses, u)
}

func least(args ...any) (any, error) { return min(args[0].(int), args[1].(int)), nil }
func most(args ...any) (any, error)  { return max(args[0].(int), args[1].(int)), nil }

// part multiplies by a ratio in thousandths, half up; amounts are not negative
// here, and both factors are bounded well below overflow.
func part(args ...any) (any, error) { return (args[0].(int)*args[1].(int) + 500) / 1000, nil }
