package demo

// town is one of the demo's townships, with its one village.
type town struct {
	Suffix  string // three digits after the county's code
	Name    string
	Village string
}

// county is one row of the region table. Code is empty for the two development
// zones: they have an office and no code of their own.
type county struct {
	Code    string
	Name    string
	Short   string
	Bureau  string
	Slug    string // stands for the code in the logins of a zone
	Aliases []string
	Towns   [2]town
}

// counties lists the twelve counties in code order, then the two zones.
// Source of names and codes: GB/T 2260 and the street codes of mid-2023.
func counties() []county {
	return []county{
		{"140403", "潞州区", "潞州", "潞州区民政局", "", []string{"长治市城区", "长治市郊区", "城区", "郊区"},
			[2]town{{"103", "马厂镇", "青杨岭村"}, {"104", "黄碾镇", "石碾沟村"}}},
		{"140404", "上党区", "上党", "上党区民政局", "", []string{"长治县"},
			[2]town{{"101", "苏店镇", "柳泉洼村"}, {"102", "荫城镇", "槐树坪村"}}},
		{"140405", "屯留区", "屯留", "屯留区民政局", "", []string{"屯留县"},
			[2]town{{"102", "渔泽镇", "杏林坡村"}, {"103", "余吾镇", "上柳湾村"}}},
		{"140406", "潞城区", "潞城", "潞城区民政局", "", []string{"潞城市", "潞城县"},
			[2]town{{"100", "店上镇", "南窑坪村"}, {"101", "微子镇", "白草凹村"}}},
		{"140423", "襄垣县", "襄垣", "襄垣县民政局", "", nil,
			[2]town{{"103", "夏店镇", "核桃掌村"}, {"104", "虒亭镇", "泉眼凹村"}}},
		{"140425", "平顺县", "平顺", "平顺县民政局", "", nil,
			[2]town{{"101", "龙溪镇", "红石崖底村"}, {"102", "石城镇", "桃花掌村"}}},
		{"140426", "黎城县", "黎城", "黎城县民政局", "", nil,
			[2]town{{"102", "上遥镇", "枣林掌村"}, {"103", "西井镇", "马蹄洼村"}}},
		{"140427", "壶关县", "壶关", "壶关县民政局", "", nil,
			[2]town{{"101", "百尺镇", "凤尾岭村"}, {"102", "店上镇", "石门凹村"}}},
		{"140428", "长子县", "长子", "长子县民政局", "", nil,
			[2]town{{"101", "鲍店镇", "梨花湾村"}, {"102", "石哲镇", "黄土梁村"}}},
		{"140429", "武乡县", "武乡", "武乡县民政局", "", nil,
			[2]town{{"101", "洪水镇", "鹿角坪村"}, {"102", "蟠龙镇", "清水掌村"}}},
		{"140430", "沁县", "沁县", "沁县民政局", "", nil,
			[2]town{{"102", "故县镇", "松树凹村"}, {"103", "新店镇", "云盘岭村"}}},
		{"140431", "沁源县", "沁源", "沁源县民政局", "", nil,
			[2]town{{"101", "郭道镇", "金鸡坪村"}, {"102", "灵空山镇", "草帽岭村"}}},
		{"", "长治高新区", "高新区", "长治高新区社会事务局", "gxq", []string{"高新区", "高新技术产业开发区"}, [2]town{}},
		{"", "长治经开区", "经开区", "长治经开区社会事务局", "jkq", []string{"经开区", "经济技术开发区"}, [2]town{}},
	}
}

// townCode is the nine-digit code of the j-th township of c.
func (c county) townCode(j int) string { return c.Code + c.Towns[j].Suffix }

// villageCode is the twelve-digit code of that township's village; the last
// three digits are the demo's own.
func (c county) villageCode(j int) string { return c.townCode(j) + "201" }
