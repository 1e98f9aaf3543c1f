package tickets

import "testing"

func TestDangerWordsRaiseAndFalseAlarmsDoNot(t *testing.T) {
	cases := []struct{ statement, want string }{
		{"再不解决我就不想活了", Critical},
		{"要是再不管我就死在你们门口", Critical},
		{"家里着了火，房子烧了半边", Critical},
		{"老人孩子没吃的", Critical},
		{"今晚没地方住", Critical},
		{"他把人打成重伤", Critical},
		{"我爸透析断药三天了", Critical},
		{"我被丈夫家暴", Critical},
		{"老娘走丢了", Critical},
		{"两天没吃饭了", Critical},
		{"洪水进了家", Critical},
		{"腿断了下不了床，一个人住", Urgent},
		{"奶奶晕倒过，没人管", Urgent},
		{"死人保的事你们管不管", Normal},
		{"我爷爷去年去世了", Normal},
		{"隔壁老汉去年腊月就走了，低保钱还在打", Normal},
		{"他爹死了还在领低保", Normal},
		{"申请表被打回来三次", Normal},
		{"接被打电话的事", Normal},
		{"如果家里着火了能申请临时救助吗", Normal},
		{"前年家里失火后就没好过", Urgent},
		{"我在武乡县洪水镇住", Normal},
		{"急得眼里着火", Normal},
		{"没着火", Normal},
		{"他发起火来骂人", Normal},
		{"孩子父亲被宣告失踪", Normal},
		{"气得快死了", Normal},
		{"没吃的苦都吃了", Normal},
		{"跳楼价", Normal},
		{"", Normal},
	}
	for _, c := range cases {
		if got, words := DangerIn(c.statement); got != c.want {
			t.Errorf("%s: %s (%s), want %s", c.statement, got, words, c.want)
		}
	}
}

func TestPraiseAndReportsAreNoAlarmsUnlessSomebodyThreatensHimself(t *testing.T) {
	w := testWorld()
	for _, c := range []struct{ kind, statement, want string }{
		{Praise, "我爸走丢两天，是你们找回来的，救命之恩。", ""},
		{Suggestion, "建议夜里有人接电话，有老人走丢打不通。", ""},
		{Report, "临时救助给了不困难的人，遭火灾的只批五百块。", Urgent},
		{Report, "不给我做主我就喝农药。", Critical},
		{Complaint, "我被家暴，找你们没人管。", Critical},
	} {
		if got := Route(RouteInput{Kind: c.kind, Urgency: Normal, Region: "140428", Statement: c.statement}, w); got.Urgency != c.want {
			t.Errorf("%s %s: urgency %q, want %q", c.kind, c.statement, got.Urgency, c.want)
		}
	}
}

func TestDangerNeverLowersWhatAPersonChose(t *testing.T) {
	w := testWorld()
	p := Route(RouteInput{Kind: Help, Urgency: Critical, Region: "140428", Statement: "我想申请低保。"}, w)
	if p.Urgency != "" || p.Phone == "" {
		t.Errorf("urgency %q phone %q, want unchanged and a phone", p.Urgency, p.Phone)
	}
	p = Route(RouteInput{Kind: Help, Urgency: Critical, Region: "140428", Statement: "腿断了下不了床"}, w)
	if p.Urgency != "" {
		t.Errorf("urgent words lower a critical ticket to %q", p.Urgency)
	}
}
