package policy

import (
	"fmt"
	"slices"
	"strings"

	"github.com/expr-lang/expr"
	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/vm"

	"lianou/core"
)

// A Formula computes an amount in fen from facts and parameters, in integers
// only. Names are those of facts and parameters with "_" for ".". Besides
// arithmetic it has least(a, b), most(a, b) and part(x, ratio): x times a ratio
// parameter, rounded half up to a fen.
type Formula struct {
	Source  string
	Uses    []Use // every name it reads, in order of name
	single  bool  // Source is one name
	program *vm.Program
}

// A Use is one name a formula reads.
type Use struct {
	Name  string
	Fact  FactID
	Param ParamID // -1 for a fact
}

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
// name, a wrong type, a division or a fraction is an error here and never later.
func (b *builder) formula(source string) (*Formula, error) {
	env := map[string]any{}
	uses := map[string]Use{}
	for _, f := range facts {
		switch f.Unit {
		case UnitBool:
			env[varName(f.Key)] = false
		case UnitEnum:
			env[varName(f.Key)] = ""
		default:
			env[varName(f.Key)] = 0
		}
		uses[varName(f.Key)] = Use{Name: varName(f.Key), Fact: f.ID, Param: -1}
	}
	for i := range b.params {
		name := varName(b.params[i].Name)
		env[name] = 0
		uses[name] = Use{Name: name, Param: ParamID(i)}
	}
	names := &formulaNames{known: uses}
	program, err := expr.Compile(source, expr.Env(env), expr.AsInt64(),
		expr.Function("least", least, new(func(int, int) int)),
		expr.Function("most", most, new(func(int, int) int)),
		expr.Function("part", part, new(func(int, int) int)))
	if err != nil {
		return nil, fmt.Errorf("formula: %w", err)
	}
	node := program.Node()
	ast.Walk(&node, names)
	if names.bad != "" {
		return nil, fmt.Errorf("formula: %s", names.bad)
	}
	slices.SortFunc(names.uses, func(x, y Use) int { return strings.Compare(x.Name, y.Name) })
	single := len(names.uses) == 1 && names.uses[0].Name == source
	return &Formula{Source: source, Uses: names.uses, single: single, program: program}, nil
}

// formulaNames walks a formula, collects what it reads and refuses fractions.
type formulaNames struct {
	known map[string]Use
	uses  []Use
	bad   string
}

// Visit implements ast.Visitor.
func (v *formulaNames) Visit(node *ast.Node) {
	switch n := (*node).(type) {
	case *ast.IdentifierNode:
		if u, found := v.known[n.Value]; found && !slices.Contains(v.uses, u) {
			v.uses = append(v.uses, u)
		}
	case *ast.FloatNode:
		v.bad = "amounts are whole fen; write a ratio as a parameter and use part(x, ratio)"
	case *ast.BinaryNode:
		if n.Operator == "/" || n.Operator == "**" || n.Operator == "^" {
			v.bad = "there is no division here; use part(x, ratio)"
		}
	}
}

func least(args ...any) (any, error) { return min(args[0].(int), args[1].(int)), nil }
func most(args ...any) (any, error)  { return max(args[0].(int), args[1].(int)), nil }

// part multiplies by a ratio in thousandths, half up; amounts are not negative
// here, and both factors are bounded well below overflow.
func part(args ...any) (any, error) { return (args[0].(int)*args[1].(int) + 500) / 1000, nil }
