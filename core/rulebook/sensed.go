package rulebook

import (
	"context"

	"github.com/goccy/go-yaml/ast"

	"lianou/core"
	"lianou/core/hardship"
	"lianou/core/pg"
)

// Sensed reports whether somebody found out what these very weights would do to the order
// of the city, and the report is kept: nil, or an error of any kind.
type Sensed func(ctx context.Context, tx *pg.Tx, w *hardship.Weights) error

// ErrNotSensed: weights are not published blindly.
var ErrNotSensed = core.E(core.KindConflict, "rulebook_not_sensed", notSensed("这组权重"))

// notSensed says what to do: the report is asked for where the draft is.
func notSensed(of string) string {
	return "这份草案改了困难指数的权重," + of + "还没有算过会怎么变,不能发布。请在草案页上点“算这组权重”,看过结果再发布。"
}

// Weighed is what a draft does to the weights of the index, and whether anybody found out
// what that does to the order of the city.
type Weighed struct {
	Moved  bool // other weights than its edition's
	Alone  bool // and nothing else is another: they order households, no finding goes by them
	Words  string
	Of     string // the digest of the weights, by which their report is found
	Sensed bool   // a report about these very weights is kept
}

// Weighed says of a draft that was read whether its weights are others, and were looked at.
func (s *Store) Weighed(ctx context.Context, r *Reading) (out Weighed, err error) {
	if !r.Moved {
		return out, nil
	}
	out = Weighed{Moved: true, Alone: r.Alone, Words: weightWords(r.Weights), Of: r.Weights.Digest()}
	err = s.DB.Read(ctx, pg.NoScope(), func(ctx context.Context, tx *pg.Tx) (err error) {
		out.Sensed, err = s.reported(ctx, tx, &r.Weights)
		return err
	})
	return out, err
}

// onlyWeights reports whether the file of the weights is all that differs, and holds nothing
// else: by hand other rules can be put into it.
func onlyWeights(base, files Sources) bool {
	for name := range base.Changes(files) {
		if name != weightsFile {
			return false
		}
	}
	for _, set := range []Sources{base, files} {
		if text, there := set.File(weightsFile); there && !indexAlone(File{weightsFile, text}) {
			return false
		}
	}
	return true
}

// indexAlone reports whether a file has the section of the index and no other, as the reader
// of the rules takes it apart: what a line looks like says little (" rules:" is one as well).
func indexAlone(f File) bool {
	p, err := openPage(f)
	if err != nil {
		return false
	}
	sections, ok := p.root.(*ast.MappingNode)
	return ok && len(sections.Values) == 1 && sections.Values[0].Key.String() == "index"
}

// reported asks for a report. That nobody could look is not "none".
func (s *Store) reported(ctx context.Context, tx *pg.Tx, w *hardship.Weights) (bool, error) {
	if s.Sensed == nil {
		return false, nil
	}
	err := s.Sensed(ctx, tx, w)
	if err != nil && core.KindOf(err) == core.KindNotFound {
		return false, nil
	}
	return err == nil, err
}

// sensed refuses weights that differ from the newest edition's and that no kept report is
// about. Errors: ErrNotSensed, which says who makes a report, and of which weights.
func (s *Store) sensed(ctx context.Context, tx *pg.Tx, was, is hardship.Weights) error {
	if is == was {
		return nil
	}
	if known, err := s.reported(ctx, tx, &is); err != nil || known {
		return err
	}
	return core.E(ErrNotSensed.Kind, ErrNotSensed.Code, notSensed(" "+weightWords(is)+" ")).Wrap(ErrNotSensed)
}
