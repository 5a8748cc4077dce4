package hotline

import (
	"context"
	"embed"
	"encoding/hex"
	"time"

	"lianou/channels/hotline/media"
	"lianou/channels/hotline/menu"
	"lianou/channels/hotline/phone"
	"lianou/core"
	"lianou/core/bell"
	"lianou/intake"
)

//go:embed prompts/*.wav
var prompts embed.FS

// mostTalk is how long one call may be recorded by the voice alone.
const mostTalk = 15 * time.Minute

// Look-ups of a state in an hour that may fail: of one receipt, in a count of its own so
// that nobody at a telephone can shut a household out of the app; of one caller, whose
// number a trunk vouches for and no more; and of the whole line, because that number is
// free to choose.
const (
	wrongOfReceipt = 10
	wrongOfCaller  = 20
	wrongOfLine    = 200
)

// talk leads one caller through the menu. A forked call is others' talk: we listen.
func (l *ownLine) talk(ctx context.Context, c *phone.Call) {
	if c.Forked {
		<-ctx.Done()
		return
	}
	t := l.of(c)
	if t == nil {
		return
	}
	var m menu.Menu
	v := &voice{l: l, c: c, full: time.NewTimer(mostTalk)}
	defer v.full.Stop()
	step := m.Next(menu.Event{Kind: menu.Answered, Hidden: core.CallerPhone(c.Caller).IsZero()})
	for {
		var e menu.Event
		if step.Look != nil {
			e = l.look(ctx, c, *step.Look)
		} else {
			e = v.do(ctx, step)
		}
		e.Spoke = v.spoke()
		next := m.Next(e)
		l.mu.Lock()
		t.wish, t.about = m.Wish(), m.About()
		l.mu.Unlock()
		if step.End || e.Kind == menu.Ended {
			return
		}
		step = next
	}
}

// voice says steps and waits for what the caller does.
type voice struct {
	l    *ownLine
	c    *phone.Call
	full *time.Timer
	told time.Time // speech up to this moment was told to the menu
}

// spoke reports whether the caller has spoken since it was asked last.
func (v *voice) spoke() bool {
	last := v.c.Sound().Spoke()
	fresh := last.After(v.told)
	if fresh {
		v.told = last
	}
	return fresh
}

// do says a step's words and waits for a key, the end, or as much quiet as it allows.
func (v *voice) do(ctx context.Context, step menu.Step) menu.Event {
	for _, clip := range step.Say {
		if !step.End && clip != menu.ClipHello && len(v.c.Sound().Digits()) > 0 {
			break // pressed ahead; that the call is recorded is said all the same
		}
		p := v.say(clip, step.End)
		select {
		case <-p.Done():
		case <-ctx.Done():
			return menu.Event{Kind: menu.Ended}
		}
		if !p.Whole() && !step.End {
			break // a key or words: whoever knows the way need not hear the rest
		}
	}
	if step.End {
		return menu.Event{Kind: menu.Ended}
	}
	return v.wait(ctx, step.Quiet)
}

func (v *voice) say(clip menu.Clip, last bool) *media.Playback {
	sound, prompt := v.c.Sound(), v.l.prompts[clip]
	switch {
	case last:
		return sound.Play(prompt)
	case clip.Invites():
		return sound.PlayUntilSpeech(prompt)
	}
	return sound.PlayUntilKey(prompt)
}

// wait ends when nothing was heard for as long as quiet. Speech moves the end.
func (v *voice) wait(ctx context.Context, quiet time.Duration) menu.Event {
	from := time.Now()
	timer := time.NewTimer(quiet)
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return menu.Event{Kind: menu.Ended}
		case d, ok := <-v.c.Sound().Digits():
			if !ok {
				return menu.Event{Kind: menu.Ended}
			}
			return menu.Event{Kind: menu.Key, Key: rune(d.Key)}
		case <-v.full.C:
			return menu.Event{Kind: menu.Full}
		case <-timer.C:
		}
		if last := v.c.Sound().Spoke(); last.After(from) {
			from = last
		}
		left := time.Until(from.Add(quiet))
		if left <= 0 {
			return menu.Event{Kind: menu.Quiet}
		}
		timer.Reset(left)
	}
}

// look tells the state of an application to a caller who keys in what only the
// household has: the receipt and the last four of the ID number.
func (l *ownLine) look(ctx context.Context, c *phone.Call, p menu.Pair) menu.Event {
	number, err := intake.ParseReceipt(p.Receipt)
	if err != nil {
		return menu.Event{Kind: menu.NotFound}
	}
	tries := l.tries(c, number)
	for i, t := range tries {
		if ok, _ := l.c.env.Shared.Allow(ctx, t.key, t.rate); !ok {
			l.giveBack(ctx, tries[:i])
			return menu.Event{Kind: menu.TooMany}
		}
	}
	found, err := l.c.env.Cases.ByCall(ctx, c.ID, number, p.Last4)
	if err != nil && core.KindOf(err) == core.KindNotFound {
		return menu.Event{Kind: menu.NotFound}
	}
	l.giveBack(ctx, tries)
	if err != nil {
		l.c.env.Log.WarnContext(ctx, "a caller's look-up failed", "error", err)
		return menu.Event{Kind: menu.Away}
	}
	e := menu.Event{Kind: menu.Found, Status: found.Status}
	for _, i := range found.Items {
		e.Decided, e.Reopens = e.Decided || i.Decided(), e.Reopens || found.Reopens(i.Item)
	}
	return e
}

type try struct {
	key  string
	rate bell.Rate
}

// tries are the counts of one look-up. A caller whose number is withheld has none of
// their own: they would share it with every other.
func (l *ownLine) tries(c *phone.Call, receipt core.Receipt) []try {
	hourly := func(key string, count int) try {
		return try{"lookup:voice:" + key, bell.Rate{Count: count, Per: time.Hour}}
	}
	list := []try{hourly("line", wrongOfLine), hourly("receipt:"+string(receipt), wrongOfReceipt)}
	if number := core.CallerPhone(c.Caller); !number.IsZero() {
		list = append(list, hourly("caller:"+hex.EncodeToString(l.c.env.Ring.Blind("hotline.caller", number.Reveal())), wrongOfCaller))
	}
	return list
}

func (l *ownLine) giveBack(ctx context.Context, tries []try) {
	for _, t := range tries {
		l.c.env.Shared.GiveBack(context.WithoutCancel(ctx), t.key, t.rate)
	}
}

var _ phone.Watcher = (*ownLine)(nil)
