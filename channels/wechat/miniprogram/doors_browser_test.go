package miniprogram

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"lianou/channels/browsertest"
)

// doors is a gateway that answers what the pages of a decided application ask, and a phone
// that is logged in. What the real one answers is held by the tests of its own routes.
func doors(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	if err := ready(t).Bundle(t.Context(), dir); err != nil {
		t.Fatal(err)
	}
	mux := http.NewServeMux()
	answer := func(route, header, body string) {
		mux.HandleFunc(route, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			if header != "" {
				w.Header().Set("Link", header)
			}
			_, _ = w.Write([]byte(body))
		})
	}
	const at = "/c/wechat/applications/4071882635"
	answer("GET "+at, "", `{"receipt":"4071882635","status":"refused","say":"没办成","next":"有话说,打 12345。","updated":"2026-11-27T02:00:00Z","appeals":["MZ-01"],"reopens":["MZ-01","MZ-03"],
		"items":[{"item":"MZ-01","name":"低保","status":"refused","say":"没办成"},{"item":"MZ-03","name":"临时救助","status":"money_paid","say":"钱已到账","amount":"1,200 元","sample":true}],
		"timeline":[{"at":"2026-11-02T02:00:00Z","says":"已收到"},{"at":"2026-11-27T02:00:00Z","says":"没办成,信里写着为什么"}]}`)
	const letter = `"id":"7","item":"MZ-01","name":"低保","title":"最低生活保障不予确认决定书","from":"临邑县孟寺镇人民政府","on":"2026-11-27","day":"2026年11月27日","code":"A1B2-C3D4-E5F6"`
	answer("GET "+at+"/letters", "", `[{`+letter+`}]`)
	answer("GET "+at+"/letters/7", "", `{`+letter+`,"sample":true,"paragraphs":["您家平均每人存款 15,000 元,线是每人 11,520 元(样本)。这是孟寺镇定的。","收到信起 60 天内,可以向临邑县人民政府申请行政复议。"],
		"aloud":["最低生活保障不予确认决定书。","您家平均每人存款一万五千元,线是每人一万一千五百二十元(样本)。这是孟寺镇定的。","收到信起六十天内,可以向临邑县人民政府申请行政复议。","临邑县孟寺镇人民政府,二零二六年十一月二十七号。"]}`)
	answer("GET "+at+"/why", "", `{"say":"这是拿记下的情况,和每一项的条件一条一条对出来的,不是决定。记得不对,就跟我们说。","items":[
		{"item":"MZ-01","name":"低保","outcome":"not_eligible","status":"未批准","says":["您家平均每人存款 15,000 元,线是每人 11,520 元(样本)。"],"near":"存款少 3,480 元就合得上。","law":["最低生活保障审核确认办法第十二条"]},
		{"item":"ZJ-01","name":"公租房","outcome":"eligible","says":["记下的情况,条件都合得上。给不给,要有人核实、决定。"],"list":"名额有限,按难处从重到轻排。11月1日定的名单,一共 3 个名额,您家排在第 2。还没有开始问。"},
		{"item":"CL-01","name":"残疾人生活补贴","outcome":"unknown","says":["不知道有没有残疾证。"]}]}`)
	answer("POST "+at+"/appeals", "", `{"at":"2026-11-28T02:00:00Z","say":"您说不对,收到了。换没经手过的人重新看,哪天前答复,进度里会写。"}`)
	answer("POST "+at+"/unsolved", "", `{"at":"2026-11-28T02:00:00Z","say":"您说没有解决,收到了。"}`)
	answer("GET /c/wechat/seen", `<?before=41>; rel="next"`, `[{"on":"2026-11-27","day":"2026年11月27日","who":"临邑县孟寺镇经办人员","what":"看了您的申请","why":"办理申请","times":3}]`)
	answer("GET /c/wechat/form", "", `{"counties":[{"code":"371424","name":"临邑县","in":[{"code":"371424104","name":"孟寺镇"}]}]}`)
	answer("GET /c/wechat/boards/371424104", "", `[{"notice":31,"confirmed":false,"place":"孟寺镇大王庙村","name":"王**","people":3,"item":"最低生活保障","sum":"每月 360 元","sample":true,"from":"2026-11-25","until":"2026-12-01"},
		{"notice":30,"confirmed":true,"place":"孟寺镇小李庄村","name":"李**","people":1,"item":"特困人员","sum":"","sample":false,"from":"2026-11-20","until":"2026-12-20"}]`)
	answer("POST /c/wechat/notices/31/objections", "", `{"number":"407188263512","say":"镇上会去核实。结果凭这个号来查。"}`)
	answer("POST /c/wechat/objections/find", "", `{"say":"还在核实。没核实完,这一项不会定下来。"}`)
	mux.Handle("/", http.FileServer(http.Dir(dir)))
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	return server.URL
}

// bar holds a page to what all pages of the mini-program are held to: no fault of
// accessibility, nothing too small for a thumb, nothing lost on a narrow phone and with
// letters twice as large.
func bar(t *testing.T, tab *browsertest.Tab, name string) {
	t.Helper()
	tab.Faultless()
	if small := tab.Small(44); small != "" {
		t.Errorf("%s has targets below 44 px: %s", name, small)
	}
	tab.Eval(`scrollTo(0, 0); ""`)
	tab.Shot("mp-" + name)
	for _, width := range []int64{360, 320} {
		tab.Touchscreen(width)
		tab.Whole()
		tab.Legible()
		if width == 360 {
			tab.Shot("mp-" + name + "-360")
		}
	}
	was := tab.Eval(`document.documentElement.style.fontSize`)
	tab.Eval(`document.documentElement.style.fontSize = "36px"; ""`)
	tab.Whole()
	tab.Legible()
	tab.Shot("mp-" + name + "-200")
	tab.Eval(`document.documentElement.style.fontSize = "` + was + `"; ""`)
	tab.Touchscreen(390)
}

// Somebody whose request was refused reads the letter, has it said as it is read out, says
// that it is wrong, says of another item that it is not solved, and looks who looked; a
// neighbour, logged in nowhere, reads the board and says something against a line of it.
//
// Controls: .letter-to lower than a thumb ("decided has targets below 44 px", "text is
// lost"); the aria-label of a line taken away (`a phone that reads its screen aloud says ",,"`).
func TestWhatBecomesOfADecision(t *testing.T) {
	t.Parallel()
	at := doors(t)
	tab := browsertest.Start(t).Tab(t)
	tab.Touchscreen(390)
	tab.Open(at + "/")
	tab.Eval(`localStorage.setItem("wx-token", '"t"'); ""`)
	tab.Open(at + "/?page=" + `pages/case/index%3Freceipt=4071882635`)
	tab.Wait("最低生活保障不予确认决定书")
	bar(t, tab, "decided")
	tab.Tap(".letter-to")
	tab.Wait("觉得不对怎么办")
	if said := tab.Eval(`[...document.querySelectorAll(".letter-text")].map(e => e.getAttribute("aria-label")).join()`); !strings.Contains(said, "一万五千元") {
		t.Errorf("a phone that reads its screen aloud says %q", said)
	}
	bar(t, tab, "letter")
	tab.TapOn("换成好念的话")
	tab.Wait("慢慢念给他听")
	bar(t, tab, "letter-aloud")
	tab.TapOn("我觉得不对,要重新看")
	tab.Wait("哪里不对?")
	tab.Fill(".field-long", "我家没有存款,那是卖牛的钱。")
	bar(t, tab, "wrong")
	tab.TapOn("送上去,重新看")
	tab.Wait("换没经手过的人重新看,哪天前答复")
	bar(t, tab, "wrong-sent")
	tab.Open(at + "/?page=" + `pages/wrong/index%3Fwhat=unsolved%26receipt=4071882635%26item=MZ-03`)
	tab.Wait("还差什么?")
	bar(t, tab, "unsolved")
	tab.Open(at + "/?page=" + `pages/case/index%3Freceipt=4071882635`)
	tab.Wait("最低生活保障不予确认决定书") // the last that comes: a tap before it is lost with what it hit
	tab.TapOn("每一项,为什么有、为什么没有")
	tab.Wait("存款少 3,480 元")
	bar(t, tab, "why")
	tab.Open(at + "/?page=pages/looked/index")
	tab.Wait("再往前看")
	bar(t, tab, "looked")
	tab.Eval(`localStorage.clear(); ""`)
	tab.Open(at + "/")
	tab.TapOn("公示栏")
	tab.Wait("先点县")
	tab.TapOn("临邑县")
	tab.TapOn("孟寺镇")
	tab.Wait("编号 31")
	bar(t, tab, "board")
	tab.TapOn("我有不同意见")
	tab.Wait("公示到12月1日")
	tab.Fill(".field-long", "他家有两辆车。")
	bar(t, tab, "object")
	tab.TapOn("送上去")
	tab.Wait("4071 8826 3512")
	bar(t, tab, "object-sent")
	tab.TapOn("查我提的意见")
	tab.Wait("12 位数字")
	tab.Fill(".field-box", "407188263512")
	tab.TapOn("查")
	tab.Wait("还在核实")
	bar(t, tab, "objection")
	if kept := tab.Eval(`Object.keys(localStorage).join()`); kept != "" {
		t.Errorf("the phone of somebody nobody knows keeps %q", kept)
	}
	tab.Quiet()
}
