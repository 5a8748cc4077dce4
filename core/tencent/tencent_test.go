package tencent

import (
	"strings"
	"testing"
	"time"
)

// The example of Tencent's documentation, "签名方法 v3". Its keys are printed there
// as asterisks, and the published signature was made with them.
// Control: any other order or case of the signed headers.
func TestPublishedExample(t *testing.T) {
	t.Parallel()
	a := Account{ID: strings.Repeat("*", 36), Secret: strings.Repeat("*", 32), Service: "cvm", Version: "2017-03-12", Host: "cvm.tencentcloudapi.com"}
	body := []byte(`{"Limit": 1, "Filters": [{"Values": ["\u672a\u547d\u540d"], "Name": "instance-name"}]}`)
	got := a.Headers("DescribeInstances", body, time.Unix(1551113065, 0))
	want := map[string]string{
		"Content-Type": "application/json; charset=utf-8", "X-TC-Action": "DescribeInstances", "X-TC-Version": "2017-03-12", "X-TC-Timestamp": "1551113065",
		"Authorization": "TC3-HMAC-SHA256 Credential=" + a.ID + "/2019-02-25/cvm/tc3_request, SignedHeaders=content-type;host;x-tc-action, " +
			"Signature=10b1a37a7301a02ca19a647ad722d5e43b4b3cff309d421d85b46093f6ab6c4f",
	}
	for name, value := range want {
		if got[name] != value {
			t.Errorf("%s: %s, want %s", name, got[name], value)
		}
	}
	if len(got) != len(want) {
		t.Errorf("%d headers, want %d", len(got), len(want))
	}
}

// The day of the scope is the one of UTC, whatever zone the machine is in.
// Control: at.Format without UTC.
func TestScopeIsTheDayOfUTC(t *testing.T) {
	t.Parallel()
	a := Account{ID: "i", Secret: "s", Service: "sms", Host: "h"}
	at := time.Date(2026, 11, 27, 3, 0, 0, 0, time.FixedZone("China", 8*3600))
	if got := a.Headers("X", nil, at); got["Authorization"] != a.Headers("X", nil, at.UTC())["Authorization"] {
		t.Errorf("signed as %s", got["Authorization"])
	}
}
