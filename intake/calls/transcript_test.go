package calls

import (
	"strings"
	"testing"

	"lianou/core"
	"lianou/core/bell"
	"lianou/core/pg/pgtest"
	"lianou/transcription"
)

// The words of a call: asked for with the recording, sealed at rest, the machine's and
// the agent's beside each other. Control: Typed that writes into call_heard.
func TestTranscriptIsSealedAndKeptApart(t *testing.T) {
	t.Parallel()
	r := newRoom(t)
	ctx := t.Context()
	heard(t, r, "call-1")
	got, err := r.platform.Transcript(ctx, "call-1")
	must(t, err)
	if got.State != TranscriptNone {
		t.Errorf("a call without sound: %+v", got)
	}
	must(t, r.gateway.Stored(ctx, "call-1", core.BlobDigest(strings.Repeat("a", 64))))
	if n := count(t, r, `select count(*) from jobs_platform.river_job where kind = 'transcribe_call' and queue = 'speech'`); n != 1 {
		t.Errorf("%d jobs, want 1", n)
	}
	h, err := r.platform.textWork(ctx, "call-1")
	must(t, err)
	if h.over() || h.recording == "" {
		t.Errorf("nothing to do: %+v", h)
	}
	for channel, text := range []string{"身份证三七一四零二一九六三零三一五零零一九", "好的我记下了"} {
		must(t, r.platform.keepHeard(ctx, "call-1", channel, transcription.Result{Engine: "openai", Model: "m", Segments: []transcription.Segment{{Channel: channel, StartMS: int64(channel) * 500, EndMS: 900, Text: text, Final: true}}}))
	}
	must(t, r.platform.Typed(ctx, "call-1", 7, "家住王庙镇,电话13805340001"))
	must(t, r.platform.endText(ctx, "call-1", TranscriptDone, ""))
	got, err = r.platform.Transcript(ctx, "call-1")
	must(t, err)
	if got.State != TranscriptDone || !got.Machine() || len(got.Segments) != 2 || got.Segments[1].Channel != 1 || got.Typed == "" || got.TypedBy != 7 || got.Engine != "openai" {
		t.Errorf("%+v", got)
	}
	red := got.Redacted()
	if red.Segments[0].Text != "身份证"+strings.Repeat("*", 18) || red.Typed != "家住王庙镇,电话"+strings.Repeat("*", 11) || got.Segments[0].Text == red.Segments[0].Text {
		t.Errorf("redacted %+v", red)
	}
	for _, table := range []string{"call_heard", "call_typed", "call_transcript", "jobs_platform.river_job"} {
		if n := count(t, r, `select count(*) from `+table+` x where position('王庙' in x::text) > 0 or position('三七一四' in x::text) > 0 or position(encode('王庙', 'hex') in x::text) > 0`); n != 0 {
			t.Errorf("%s holds words in clear", table)
		}
	}
}

func TestCaptions(t *testing.T) {
	t.Parallel()
	r := newRoom(t)
	ctx := t.Context()
	heard(t, r, "call-1")
	rung, err := r.bell.Listen(ctx, CaptionTopic)
	must(t, err)
	c, err := r.gateway.Captions("call-1")
	must(t, err)
	for _, s := range []transcription.Segment{
		{Text: "俺想"}, {Text: "俺想问低"}, {Text: "俺想问低保", StartMS: 100, EndMS: 900, Final: true}, {Text: "家里", StartMS: 900, EndMS: 1200},
		{Channel: 1, Text: "您说", StartMS: 950, EndMS: 990, Final: true},
	} {
		must(t, c.Put(ctx, s))
	}
	if m := <-rung; m != (bell.Message{Topic: CaptionTopic, Kind: "call.caption", ID: "call-1"}) {
		t.Errorf("the bell says %+v", m)
	}
	got, err := r.platform.Transcript(ctx, "call-1")
	must(t, err)
	if !got.Live || got.Text() != "俺想问低保\n家里\n您说" || got.Segments[1].Final {
		t.Errorf("%+v", got)
	}
	if _, err := r.gateway.Transcript(ctx, "call-1"); err == nil {
		t.Error("the gateway read a transcript")
	}
	if err := r.platform.Typed(ctx, "call-2", 7, "x"); core.KindOf(err) != core.KindNotFound {
		t.Errorf("typed about no call: %v", err)
	}
}

func heard(t *testing.T, r room, id string) {
	t.Helper()
	_, err := r.gateway.Heard(t.Context(), Report{ID: id, Exchange: "test", Began: began, Sound: SoundPending})
	must(t, err)
}

func count(t *testing.T, r room, sql string) (n int) {
	t.Helper()
	must(t, r.env.DB(pgtest.Platform).Pool().QueryRow(t.Context(), sql).Scan(&n))
	return n
}
