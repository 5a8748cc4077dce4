package rulebook

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/goccy/go-yaml/ast"

	"lianou/core"
	"lianou/core/policy"
)

// An Op is one change of a set, exactly one of its fields. It is kept as JSON, and doing it
// again to the same set gives the same set.
type Op struct {
	Amount    *Amount           `json:"amount,omitempty"`
	Criterion *Criterion        `json:"criterion,omitempty"`
	Item      *Item             `json:"item,omitempty"`
	Switch    *Switch           `json:"switch,omitempty"`
	Weights   *Weights          `json:"weights,omitempty"`
	Files     map[string]string `json:"files,omitempty"` // whole files by name; "" takes one out
	Undo      int               `json:"undo,omitempty"`  // the number of a step that is taken back; only Store.TakeBack does it
}

// The refusals of an Op. What would not load is ErrProblems, wrapped round policy.Problems.
var (
	ErrOp       = core.E(core.KindInvalid, "rulebook_op", "这一步改动写得不完整。")
	ErrNotThere = core.E(core.KindNotFound, "rulebook_not_there", "这版政策里没有这一项。")
	ErrNothing  = core.E(core.KindInvalid, "rulebook_nothing", "这一步什么也没有改。")
	ErrProblems = core.E(core.KindInvalid, "rulebook_problems", "这样改以后,政策有不通的地方,所以没有保存。请看下面列出的问题。")
)

const maxOp = 1 << 20 // bytes of one operation's JSON; the column's bound is a little more

// readOp reads a stored or sent operation strictly.
func readOp(raw []byte) (Op, error) {
	var o Op
	d := json.NewDecoder(bytes.NewReader(raw))
	d.DisallowUnknownFields()
	if err := d.Decode(&o); err != nil {
		return Op{}, ErrOp.Wrap(err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return Op{}, ErrOp
	}
	return o, o.check()
}

func (o Op) check() error {
	n := 0
	for _, given := range []bool{o.Amount != nil, o.Criterion != nil, o.Item != nil, o.Switch != nil, o.Weights != nil, o.Files != nil, o.Undo > 0} {
		if given {
			n++
		}
	}
	if n != 1 {
		return ErrOp
	}
	return nil
}

// Apply does the change and checks the outcome. The set it was given stays. Errors are those
// above, ErrByHand, ErrTooLarge, ErrFileName, and KindInvalid about one field.
func (o Op) Apply(s Sources) (Sources, error) {
	out, _, err := o.loaded(s)
	return out, err
}

// loaded is Apply with what the outcome loads to.
func (o Op) loaded(s Sources) (Sources, *policy.Library, error) {
	if err := o.check(); err != nil {
		return Sources{}, nil, err
	}
	out, err := o.apply(s)
	if err != nil {
		return Sources{}, nil, err
	}
	if out.Equal(s) {
		return Sources{}, nil, ErrNothing
	}
	lib, err := out.Load()
	if err != nil {
		return Sources{}, nil, faulty(err)
	}
	return out, lib, nil
}

// faulty keeps the problems that policy found behind one sentence.
func faulty(err error) error {
	var bad policy.Problems
	if errors.As(err, &bad) {
		return ErrProblems.Wrap(err)
	}
	return err
}

func (o Op) apply(s Sources) (Sources, error) {
	switch {
	case o.Amount != nil:
		return o.Amount.apply(s)
	case o.Criterion != nil:
		return o.Criterion.apply(s)
	case o.Item != nil:
		return o.Item.apply(s)
	case o.Switch != nil:
		return o.Switch.apply(s)
	case o.Weights != nil:
		return o.Weights.apply(s)
	case o.Undo > 0:
		return Sources{}, ErrOp // of a set alone nothing can be taken back
	}
	files := map[string]string{}
	for _, f := range s.files {
		files[f.Name] = f.Text
	}
	maps.Copy(files, o.Files)
	var list []File
	for name, text := range files {
		list = append(list, File{name, text})
	}
	return NewSources(list...)
}

// A Speaker says changes in the words of a set: labels and units for names of standards, and
// names for the codes of counties.
type Speaker struct {
	book       *policy.Book
	names      Names
	conditions map[string]condName
	lib        *policy.Library
}

// Speaker makes one. Errors are those of Load.
func (s Sources) Speaker(names Names) (Speaker, error) {
	lib, err := s.Load()
	if err != nil {
		return Speaker{}, faulty(err)
	}
	return speaker(lib, names), nil
}

func speaker(lib *policy.Library, names Names) Speaker {
	books := lib.Books()
	last := books[len(books)-1]
	return Speaker{last, names, condNames(last), lib}
}

// Say is the change in one line. Of whole files it names the files: Sources.Tell says what
// they change.
func (sp Speaker) Say(o Op) string {
	switch {
	case o.Amount != nil:
		return sp.amount(o.Amount)
	case o.Criterion != nil:
		return sp.titleOfTest(o.Criterion.Name) + ":" + FieldWord(o.Criterion.Field) + "改为 " + sp.inWords(fieldAt{field: o.Criterion.Field}, o.Criterion.Value)
	case o.Item != nil:
		return fmt.Sprintf("事项 %s(%s 起的):%s改为 %s", sp.titleOf(o.Item.Code), o.Item.From, FieldWord(o.Item.Field), sp.inWords(fieldAt{field: o.Item.Field}, o.Item.Value))
	case o.Switch != nil && o.Switch.On:
		return fmt.Sprintf("事项 %s 从 %s 起恢复", sp.titleOf(o.Switch.Code), o.Switch.From)
	case o.Switch != nil:
		return fmt.Sprintf("事项 %s 从 %s 起停办", sp.titleOf(o.Switch.Code), o.Switch.From)
	case o.Weights != nil:
		return o.Weights.say()
	case o.Undo > 0:
		return fmt.Sprintf("收回第 %d 步", o.Undo)
	}
	return "更换文件:" + strings.Join(slices.Sorted(maps.Keys(o.Files)), "、")
}

// place is an element of a section, in the file that holds it.
type place struct {
	page *page
	list *ast.SequenceNode
	node ast.Node
}

// find lists the elements of a section, in all files, whose key says so.
func find(s Sources, section, key, name string) ([]place, error) {
	var out []place
	for _, f := range s.files {
		if !strings.Contains(f.Text, name) {
			continue // parsing is what takes time
		}
		p, err := openPage(f)
		if err != nil {
			return nil, err
		}
		list, ok := value(p.root, section).(*ast.SequenceNode)
		if !ok {
			continue
		}
		for _, n := range list.Values {
			if word(n, key) == name {
				out = append(out, place{p, list, n})
			}
		}
	}
	if len(out) == 0 {
		return nil, ErrNotThere.Wrap(errors.New(section + " " + name))
	}
	return out, nil
}

// close gives the set with the changes of a page.
func (p *page) close(s Sources) (Sources, error) {
	text, err := p.done()
	if err != nil {
		return Sources{}, err
	}
	return s.With(p.name, text)
}
