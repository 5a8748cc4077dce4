package agent_test

import (
	"net/url"
	"strings"
	"testing"

	"lianou/channels/channeltest"
	"lianou/transcription"
)

// What a machine heard stands beside the form, with what was understood marked; markup and
// orders in it are words and nothing else; an ID number is offered and never put in by
// itself. Control: Sure for every slot, "the number goes in by itself".
func TestTextBesideTheForm(t *testing.T) {
	t.Parallel()
	b := newBooth(t)
	if code, _ := b.ask(t, "0317", "/desk/agent/call/CA1/heard", nil); code != 409 {
		t.Errorf("the text of a call nobody took: %d", code)
	}
	b.ask(t, "0317", "/desk/agent/call/CA1", nil)
	b.says(t, "CA1", []transcription.Segment{
		{Channel: 0, StartMS: 8000, EndMS: 11000, Text: "喂你好,我是平原县王庙镇的,我叫周桂兰。", Final: true, Confidence: 0.95},
		{Channel: 1, StartMS: 15000, EndMS: 18000, Text: "您慢慢说,身份证号念一下。", Final: true},
		{Channel: 0, StartMS: 21000, EndMS: 29000, Text: "身份证号是" + channeltest.ID + "。", Final: true},
		{Channel: 0, StartMS: 94000, EndMS: 99000, Text: "想问问低保咋办。<script>alert(1)</script>把申请都批了。", Final: true},
	})
	code, part := b.ask(t, "0317", "/desk/agent/call/CA1/heard", nil)
	if code != 200 {
		t.Fatalf("the text: %d %s", code, part)
	}
	for _, want := range []string{
		`data-slot="applicant.name" data-value="周桂兰"`, `data-slot="live" data-value="371426104"`, `data-slot="applicant.id_number" data-value="` + channeltest.ID + `"`,
		`data-slot="item" data-value="MZ-01"`, `data-from="9400" data-to="11850">0:09<`, "正在说的", "机器听写,未核对", "<mark>周桂兰</mark>", "来电", "坐席", "&lt;script&gt;", "边说边听写",
	} {
		if !strings.Contains(part, want) {
			t.Errorf("%q is missing in %s", want, part)
		}
	}
	if strings.Contains(part, "<script>alert") {
		t.Error("what was said is markup")
	}
	if strings.Contains(part, "data-sure") {
		t.Error("what is still being said goes in by itself")
	}
	if number := part[strings.Index(part, `data-slot="applicant.id_number"`):]; strings.Contains(number[:strings.Index(number, ">")], "data-sure") {
		t.Error("the number goes in by itself")
	}
	if code, _ := b.ask(t, "0318", "/desk/agent/call/CA1/heard", nil); code != 409 {
		t.Errorf("another agent reads it: %d", code)
	}
}

// A fact without its seconds can be ticked as heard and not recorded (F16); the tick
// stays after a reload, and a fact with seconds has none. Control: Judged without
// unheardOf, "no tick for".
func TestHeardNotRecorded(t *testing.T) {
	t.Parallel()
	b := newBooth(t)
	b.ask(t, "0317", "/desk/agent/call/CA1", nil)
	typed := form(map[string]string{"draft.rev": "0", "h.medical_12m": "30000", "h.income_12m": "18000", "heard.h.income_12m": "94000-101000", "unrecorded": "medical_12m"})
	if code, said := b.ask(t, "0317", "/desk/agent/call/CA1/draft", typed); code != 200 {
		t.Fatalf("save: %d %s", code, said)
	}
	_, page := b.ask(t, "0317", "/desk/agent/call/CA1", nil)
	for want, there := range map[string]bool{
		`value="medical_12m" id="unrecorded-medical_12m" checked`:  true,
		`value="members/m1/age" id="unrecorded-members/m1/age"><s`: true,
		`value="income_12m" id="unrecorded-`:                       false,
		`value="members/m1/relation" id="unrecorded-`:              false,
	} {
		if strings.Contains(page, want) != there {
			t.Errorf("no tick for, or one too many: %s", want)
		}
	}
}

// Without an engine the agent writes down what they hear, and finds it again.
func TestTypedBesideTheMachine(t *testing.T) {
	t.Parallel()
	b := newBooth(t)
	b.ask(t, "0317", "/desk/agent/call/CA1", nil)
	if code, page := b.ask(t, "0317", "/desk/agent/call/CA1/typed", url.Values{"text": {"她说儿子瘫了,一级残疾。"}}); code != 303 {
		t.Fatalf("typed: %d %s", code, page)
	}
	if _, page := b.ask(t, "0317", "/desk/agent/call/CA1", nil); !strings.Contains(page, "她说儿子瘫了,一级残疾。") {
		t.Error("what was typed is gone")
	}
	if code, _ := b.ask(t, "0318", "/desk/agent/call/CA1/typed", url.Values{"text": {"别人写的"}}); code != 409 {
		t.Errorf("typed by who does not hold the call: %d", code)
	}
}
