package twins

import (
	"context"
	"errors"
	"net/http"

	"lianou/channels/desk"
	"lianou/core/pg"
	pairs "lianou/core/registry/twins"
)

// sure is what a word will come to, laid before whoever is about to say it.
type sure struct {
	Say    pairs.Say
	Title  string
	Reason string
	Comes  []string
	Yes    string // the button
	Stop   bool   // it is one to think about twice
}

// errRehearsed rolls a word back that was only tried.
var errRehearsed = errors.New("a rehearsal")

// confirms reports whether a word is confirmed before it is kept: it joins two people, or parts
// them.
func confirms(say pairs.Say) bool {
	return say == pairs.SaySame || say == pairs.SayApart || say == pairs.SayAgree
}

// confirm tries a word, so that whatever refuses it does so now, keeps nothing, and shows the
// pair with what the word will come to.
func (t *Room) confirm(w http.ResponseWriter, r *http.Request, at desk.At, v pairs.Verdict) error {
	err := t.d.DB.Tx(r.Context(), at.Staff.Scope(), func(ctx context.Context, tx *pg.Tx) error {
		if err := t.stranger(ctx, tx, at, v.Pair); err != nil {
			return err
		}
		if err := t.d.Twins.Decide(ctx, tx, v); err != nil {
			return err
		}
		return errRehearsed
	})
	if !errors.Is(err, errRehearsed) {
		return err
	}
	p, err := t.page(r.Context(), at, v.Pair)
	if err != nil {
		return err
	}
	p.Sure = p.comes(v, at)
	if r.Header.Get("HX-Request") != "" { // only what stands inside the page
		return at.Page.Part(w, "twins", "pair", p)
	}
	return show(w, at, p)
}

// comes says what comes of a word.
func (p layPage) comes(v pairs.Verdict, at desk.At) *sure {
	s := sure{Say: v.Say, Reason: v.Reason}
	if v.Say == pairs.SaySame {
		s.Title, s.Yes = "看清楚再确认:两条合成一个人", "确认,是同一个人"
		s.Comes = append(p.one(), p.two()...)
		s.Comes = append(s.Comes, p.who(at))
		return &s
	}
	s.Comes = []string{"两条登记各算各的,和合并以前一样,一个字不变。", "合并时并到一起的件,分回原来的两件。在发的钱、领钱的卡不动。", "困难指数和对照 41 项,下一次比对起按两个人算。"}
	if s.Stop = true; v.Say == pairs.SayApart {
		s.Title, s.Yes = "看清楚再确认:撤销合并", "确认,提撤销"
		s.Comes = append(s.Comes, "还要另一位同事同意,才撤。同意以前还算一个人,您随时能收回。")
		return &s
	}
	s.Title, s.Yes = "看清楚再确认:同意撤销合并", "确认,撤销合并"
	s.Comes = append(s.Comes, "您是第二个人:确认以后,几秒钟就撤。")
	return &s
}

// one says what it is for two rows to be one.
func (p layPage) one() []string {
	stays := "有身份证号的那一条留下;两条都有、都没有的,先登记的留下。另一条让给它:查人、算家里几口人、排序,两条算一个人。"
	if p.stays != "" {
		name, other, gone := p.names[0], p.names[1], "另一条"
		if p.stays == gone {
			name, other, gone = other, name, "这一条"
		}
		stays = "“" + p.stays + "”(" + name + ")留下,“" + gone + "”(" + other + ")让给它:查人、算家里几口人、排序,两条算一个人。"
	}
	out := []string{stays, "两条登记一个字不改、一条不删。",
		"两条都有没办完的件:后来的那件还没人接手,就并到先来的那件;有人在办的不自己并,两边的经办会看到要核对。在发的钱、领钱的卡不动。",
		"困难指数和对照 41 项,下一次比对起按一个人算。"}
	return out
}

// two says of what both took a place already: it is taken from nobody by a merge.
func (p layPage) two() (out []string) {
	for _, thing := range p.Taken {
		out = append(out, "两边的人家各要了一份"+thing.Word+"名额。合了,那两份都还在,系统不收回:名额那一页会写出来,请那边的人问清,退一份。")
	}
	return out
}

// who says what is still needed beside this word, and that it can be undone.
func (p layPage) who(at desk.At) string {
	undo := "合错了能撤,也要两个人。"
	if p.Blocked {
		return "您说了也先不合:其中一条已经和别的登记合过。先撤那一次,再来说一遍。"
	}
	if p.against {
		return "您说了也先不合:有同事说过不是同一个人。那位同事改口说是,才会合。"
	}
	for _, id := range p.counted {
		switch {
		case id == at.Staff.ID:
		case p.Row.Beyond == "":
			return "已经有同事说是。您是另一个人:确认以后,几秒钟就合。" + undo
		case p.Row.Waits == pairs.WaitsSecond:
			return "已经有同事说是。您是另一个人:确认以后就合。要是" + p.Row.Beyond + "那一条已经和别的登记合过,要先撤那一次才合得上。" + undo
		}
	}
	if p.Row.Beyond != "" {
		return "还要" + p.Row.Beyond + "的同事也核对过、说是,才会合。您一个人合不了。" + undo
	}
	return "还要另一位同事也核对过、说是,才会合。您一个人合不了。" + undo
}
