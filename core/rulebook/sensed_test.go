package rulebook_test

import (
	"context"
	"errors"
	"os"
	"strings"
	"testing"

	"lianou/core"
	"lianou/core/hardship"
	"lianou/core/pg"
	"lianou/core/pg/pgtest"
	"lianou/core/rulebook"
)

// TestWeightsNeedAReport: other weights are published only with a report about these very
// ones; the refusal says where to ask for one and of which weights, and a failure to look is not "none". What was
// decided by the first edition keeps its weights, and the file goes out and in with the rest.
// Red: a sentence of before there was a button: "published unseen: rulebook_not_sensed".
// Control: publish without s.sensed ("published unseen: <nil>").
func TestWeightsNeedAReport(t *testing.T) {
	t.Parallel()
	w, ctx := newWorld(t), t.Context()
	other := hardship.Weights{110, 85, 100, 100, 100, 100, 100}
	shelf := w.shelf(t, pgtest.Platform)
	before, err := shelf.On(w.today(t))
	must(t, err)

	f := w.signed(t, w.han, rulebook.Op{Weights: &rulebook.Weights{Of: other, Source: `德民发〔2026〕9号"试行"`}})
	publish := func() error {
		_, err := w.store.Publish(ctx, w.lin, rulebook.Publication{Draft: f.ID, Digest: f.Digest, From: w.today(t), Apart: true})
		return err
	}
	refused := func(what string, err error) {
		t.Helper()
		var e *core.Error
		if !errors.Is(err, rulebook.ErrNotSensed) || !errors.As(err, &e) || !strings.Contains(e.Say, "A 收入缺口 110、B 刚性支出 85、C ") || !strings.Contains(e.Say, "在草案页上点“算这组权重”") || strings.Contains(e.Say, "lianou") {
			t.Errorf("published %s: %v", what, err)
		}
	}
	refused("unseen", publish())
	w.store.Sensed = func(_ context.Context, _ *pg.Tx, is *hardship.Weights) error {
		if *is != other {
			t.Errorf("asked about %s", is.String())
		}
		return core.E(core.KindNotFound, "none", "")
	}
	refused("with a report about others", publish())
	away := core.E(core.KindUnavailable, "away", "")
	w.store.Sensed = func(context.Context, *pg.Tx, *hardship.Weights) error { return away }
	if err := publish(); !errors.Is(err, away) {
		t.Errorf("published while nobody could look: %v", err)
	}
	w.store.Sensed = func(context.Context, *pg.Tx, *hardship.Weights) error { return nil }
	must(t, publish())

	must(t, shelf.Refresh(ctx))
	after, err := shelf.On(w.today(t))
	must(t, err)
	again, err := shelf.Book(before.Digest)
	must(t, err)
	if hardship.WeightsOf(after) != other || hardship.WeightsOf(again) != hardship.Even {
		t.Errorf("weights %v, and for what was decided before %v", hardship.WeightsOf(after), hardship.WeightsOf(again))
	}
	set, err := w.store.Sources(ctx, 2)
	must(t, err)
	dir := t.TempDir()
	must(t, set.Write(dir))
	in, err := rulebook.ReadSources(os.DirFS(dir))
	must(t, err)
	is, source, err := in.Weights()
	if err != nil || is != other || source != `德民发〔2026〕9号"试行"` || !in.Equal(set) {
		t.Errorf("out and in again: %v of %q, %v", is, source, err)
	}
	// What does not touch the weights needs no report.
	w.store.Sensed = nil
	w.publish(t, amount("520", "2026-07-01"), w.today(t))
}
