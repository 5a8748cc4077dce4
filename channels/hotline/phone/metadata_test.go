package phone

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

const rfcMetadata = `<?xml version="1.0" encoding="UTF-8"?>
<recording xmlns="urn:ietf:params:xml:ns:recording:1"><datamode>complete</datamode>
 <session session_id="s"><sipSessionID>x;remote=y</sipSessionID></session>
 <participant participant_id="p1"><nameID aor="sip:13800000000@example.cn"><name xml:lang="zh">打电话的</name></nameID></participant>
 <participant participant_id="p2"><nameID aor="sip:0317@example.cn"/></participant>
 <stream stream_id="st1" session_id="s"><label>96</label></stream>
 <stream stream_id="st2" session_id="s"><label>97</label></stream>
 <participantsessionassoc participant_id="p1" session_id="s"><associate-time>2026-11-27T10:00:00Z</associate-time></participantsessionassoc>
 <participantstreamassoc participant_id="p1"><send>st1</send><recv>st2</recv></participantstreamassoc>
 <participantstreamassoc participant_id="p2"><send>st2</send><recv>st1</recv></participantstreamassoc>
</recording>`

// oracle differs in namespace and attribute and puts <send> into the participant.
const oracleMetadata = `<recording xmlns='urn:ietf:params:xml:ns:recording'><datamode>complete</datamode>
 <session id="s"/>
 <participant id="p1" session="s"><nameID aor="sip:13800000000@example.cn"><name>打电话的</name></nameID><send>st1</send><recv>st2</recv></participant>
 <participant id="p2" session="s"><aor>sip:0317@example.cn</aor><send>st2</send></participant>
 <stream id="st1" session="s"><label>96</label></stream>
 <stream id="st2" session="s"><label>97</label></stream>
</recording>`

// Both dialects say the same. Control: read stream_id only.
func TestParticipants(t *testing.T) {
	t.Parallel()
	want := []Participant{{ID: "p1", AOR: "sip:13800000000@example.cn", Name: "打电话的", Labels: []string{"96"}},
		{ID: "p2", AOR: "sip:0317@example.cn", Labels: []string{"97"}}}
	for name, text := range map[string]string{"rfc 7865": rfcMetadata, "oracle": oracleMetadata} {
		got, err := Participants([]byte(text))
		if err != nil {
			t.Fatal(name, err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(name, diff)
		}
	}
}

func TestMetadataRefused(t *testing.T) {
	t.Parallel()
	deep := ""
	for range 200 {
		deep += "<a>"
	}
	for name, text := range map[string]string{
		"entities": `<!DOCTYPE r [<!ENTITY a "aaaa">]><recording>&a;</recording>`, "cut short": rfcMetadata[:300], "another root": "<html/>",
		"nothing": "", "deep": "<recording>" + deep, "two roots": "<recording/><recording/>",
	} {
		if got, err := Participants([]byte(text)); err == nil {
			t.Errorf("%s: %v", name, got)
		}
	}
}

func FuzzParticipants(f *testing.F) {
	f.Add([]byte(rfcMetadata))
	f.Add([]byte(oracleMetadata))
	f.Fuzz(func(t *testing.T, b []byte) {
		list, err := Participants(b)
		if err == nil && len(list) > mostParticipants {
			t.Fatal("too many")
		}
	})
}
