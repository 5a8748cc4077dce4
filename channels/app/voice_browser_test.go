package app

import (
	"context"
	"fmt"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	browsertest "lianou/channels/browsertest"
	"lianou/core/pg"
	"lianou/core/pg/pgtest"
	"lianou/intake/talks"
)

// story stands on the page that asks for the story.
func (d *door) story(t *testing.T, s *httptest.Server, mic browsertest.Option) *browsertest.Tab {
	t.Helper()
	tab := browsertest.Start(t, mic).Tab(t)
	tab.Narrow()
	tab.Open(s.URL + "/c/app/enter?to=/c/app/ask")
	enter(tab, d)
	tab.Wait("您是替谁报的")
	tab.Go(`button[value="self"]`)
	for n := 0; tab.Eval(`document.querySelector('input[name="step"]').value`) != "form/story"; n++ {
		if n > 20 {
			t.Fatal("nobody asks what has happened")
		}
		tab.Go(`button[name="dunno"]`)
	}
	return tab
}

// hears waits for the recording to come and hears it.
func (d *door) hears(t *testing.T, l *talks.Listener) {
	t.Helper()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for ctx, id := t.Context(), ""; ; {
		must(t, d.db.DB(pgtest.Owner).Read(ctx, pg.NoScope(), func(ctx context.Context, tx *pg.Tx) error {
			return tx.QueryRow(ctx, `select coalesce(max(id::text), '') from spoken_answer where state = 'hearing'`).Scan(&id)
		}))
		if id != "" {
			must(t, l.ListenAnswer(ctx, id, true))
			return
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			t.Fatal("no recording came")
		}
	}
}

// Somebody taps, speaks into the browser's microphone, taps again, sees what was heard,
// puts it right and sends it; every state of the page is held to axe, fingers and 200 %.
//
// Control: #voice open from the start ("2 green buttons"); voice.js whose ask goes on to submit; said that takes nothing; a WAV head of
// another rate.
func TestSayingAnAnswerInBrowser(t *testing.T) {
	t.Parallel()
	d := newDoor(t)
	s := d.serve(t)
	e := &engine{words: "儿子瘫在床上,没有钱看病。"}
	l := d.ear(t, e)
	tab := d.story(t, s, browsertest.Microphone)
	held(tab)
	if n := tab.Eval(`String([...document.querySelectorAll("main .big:not(.second)")].filter(b => b.checkVisibility()).length)`); n != "1" {
		t.Errorf("%s green buttons before somebody wants to speak", n)
	}
	tab.Click("#voice > summary")
	held(tab)
	tab.Click("#voice-talk")
	tab.Wait("在听您说,说完再点一下")
	held(tab)
	tab.Shot("app-ask-voice-on")
	tab.Wait("还能说 58 秒")
	tab.Click("#voice-talk")
	d.hears(t, l)
	tab.Wait("看一遍,不对就改")
	if said := tab.Eval(`document.querySelector("#voice-words").value`); said != e.words {
		t.Errorf("in the box stands %q", said)
	}
	if n := int(e.got.Load()); n < 2*32_000 || n > 5*32_000 {
		t.Errorf("two to five seconds are %d bytes", n)
	}
	held(tab)
	tab.Large(true)
	tab.Whole()
	tab.Shot("app-ask-voice-200")
	tab.Large(false)
	tab.Shot("app-ask-voice")
	tab.Fill("#voice-words", "女儿瘫在床上。")
	tab.Go(`button[name="spoken"]`)
	if ref := tab.Eval(`document.querySelector('input[name="step"]').value`); ref == "form/story" {
		t.Error("what was sent was not taken")
	}
	tab.Click("#voice > summary")
	tab.Click("#voice-talk")
	tab.Wait("在听您说")
	tab.Click("#voice-drop")
	tab.Wait("刚才的不要了")
	if n := d.count(t, `select count(*) from spoken_answer`); n != 1 {
		t.Errorf("%d recordings came", n)
	}
	tab.Quiet()
}

// Who does not let the page use the microphone is told how, and types; without the script
// there is no button and the form is as it was.
//
// Control: begin without its second function; #voice without hidden.
func TestMicrophoneRefusedInBrowser(t *testing.T) {
	t.Parallel()
	d := newDoor(t)
	s := d.serve(t)
	tab := d.story(t, s, browsertest.MicrophoneRefused)
	tab.Click("#voice > summary")
	tab.Click("#voice-talk")
	tab.Wait("话筒没打开。打字也一样")
	held(tab)
	tab.Fill("textarea[name=v]", "没有钱看病。")
	tab.Go("main form .ask > .big:not(.second)")
	raw := tab.Await(fmt.Sprintf(`fetch(%q).then(r=>r.text())`, s.URL+"/c/app/ask"))
	if !strings.Contains(raw, `id="voice" hidden`) {
		t.Error("without the script there is a button that does nothing")
	}
}
