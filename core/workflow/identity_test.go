package workflow_test

import (
	"fmt"
	"net/http/httptest"
	"strings"
	"testing"

	"lianou/core/jobs"
	"lianou/core/realname"
	"lianou/core/workflow"
)

// While the service that knows who is who cannot answer, colleagues read that it is asked again; after
// the last try they read that it is not, and what to look at: nobody is to wait for an answer that does
// not come. The household reads neither, and after the last try no job waits.
//
// Controls: identityEvent without !again, and maxTries that is passed by one (both: `after try 9: …暂时查不了,照常办,
// 系统过后再查`).
func TestTheLastTryAsksForNoFurtherOne(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	service := &population{}
	service.down.Store(true)
	server := httptest.NewServer(service)
	t.Cleanup(server.Close)
	outside, err := realname.NewTencent(realname.TencentConfig{BaseURL: server.URL, SecretID: "id", SecretKey: "key"})
	w.must(err)
	w.flow.Realname, err = realname.New(w.registry, outside)
	w.must(err)
	app := w.lone(1)
	w.handOver(app)
	w.must(w.flow.OpenCase(t.Context(), jobs.OpenCase{Application: app.ID, Region: town}))
	const last = 9
	for try := 1; try <= last; try++ {
		w.must(w.flow.CheckIdentity(t.Context(), workflow.CheckIdentity{Application: app.ID, Try: try, Region: town}))
		lines := w.all(`select staff || '|' || citizen from case_event where kind = 'identity.unavailable' order by id`)
		want := "实名核验:暂时查不了,照常办,系统过后再查|"
		if try == last {
			want = "实名核验:一直查不了,系统不再查。照常办,上门时看身份证和户口本|"
		}
		if len(lines) != try || lines[try-1] != want {
			t.Fatalf("after try %d: %s, want %q", try, strings.Join(lines, "\n"), want)
		}
	}
	if n := w.count(fmt.Sprintf(`select count(*) from jobs_platform.river_job where kind = 'check_identity' and (args ->> 'try')::int > %d`, last)); n != 0 {
		t.Errorf("%d further tries wait", n)
	}
}
