package standin

// indexHTML is the platform's one page. It needs no script and no outside file.
const indexHTML = `<!doctype html>
<html lang="zh-CN">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>12345 演示平台</title>
<style>
body{font:16px/1.6 system-ui,"Noto Sans CJK SC","Microsoft YaHei",sans-serif;margin:0;background:#f4f6f9;color:#1d2733}
header{background:#0b4f8a;color:#fff;padding:1rem 1.25rem}
header h1{font-size:1.25rem;margin:0}
header p{margin:.25rem 0 0;font-size:.875rem;color:#d6e6f5}
main{padding:1rem 1.25rem;max-width:75rem;margin:0 auto}
.bar{display:flex;gap:.75rem;align-items:center;flex-wrap:wrap;margin-bottom:1rem}
button{font:inherit;border:1px solid #0b4f8a;background:#fff;color:#0b4f8a;border-radius:.375rem;padding:.25rem .75rem;cursor:pointer;min-height:2.25rem}
button.main{background:#0b4f8a;color:#fff;padding:.5rem 1.25rem}
button:focus-visible,a:focus-visible{outline:3px solid #f0a020;outline-offset:2px}
article{background:#fff;border:1px solid #d9e0e8;border-radius:.5rem;padding:.75rem 1rem;margin-bottom:.75rem}
article h2{font-size:1rem;margin:0;display:flex;gap:.75rem;flex-wrap:wrap;align-items:baseline}
.state{background:#e4effa;color:#0b4f8a;border-radius:1rem;padding:0 .75rem;font-size:.875rem}
.meta{color:#55616e;font-size:.875rem;margin:.25rem 0}
.bad{color:#a3261b}
.acts{display:flex;gap:.5rem;flex-wrap:wrap;margin-top:.5rem}
form{margin:0}
</style>
</head>
<body>
<header><h1>12345 演示平台（{{.Name}}）</h1><p>本页是演示用的替身，工单均为虚构。派往 {{.Target}}</p></header>
<main>
<div class="bar">
<form method="post" action="/push"><button class="main">派发一件样例工单</button></form>
<form method="post" action="/push?n=10"><button>派发十件</button></form>
<form method="get" action="/"><button>刷新</button></form>
<span>共 {{.Total}} 件{{if gt .Total 200}}，显示最近 200 件{{end}}</span>
</div>
{{range .Lines}}
<article>
<h2><a href="/orders/{{.Order.OrderNo}}">{{.Order.OrderNo}}</a> <span>{{.Order.Title}}</span> <span class="state">{{.State}}</span></h2>
<p class="meta">{{.Order.Kind}} · {{.Order.Urgency}} · {{.Order.Unit}} · 派发 {{.Order.DispatchedAt.Format "01-02 15:04"}} · 期限 {{.Order.HandleBy.Format "01-02 15:04"}} · 承办单位编号 {{or .TicketNo "—"}}</p>
<p>{{.Order.Content}}</p>
{{with .Reply}}<p><strong>公开答复：</strong>{{.PublicReply}}</p>{{end}}
<p class="meta">收到回传 {{len .Received}} 条{{if .Refused}}，<span class="bad">不予接受 {{.Refused}} 条</span>{{end}}{{if .Waiting}}，<span class="bad">待送达 {{.Waiting}} 条</span>{{end}}{{with .Satisfaction}}，回访：{{.}}{{end}}<span class="bad">{{.Troubles}}</span></p>
<div class="acts">
{{$no := .Order.OrderNo}}
<form method="post" action="/orders/{{$no}}/urge"><button>催办</button></form>
<form method="post" action="/orders/{{$no}}/supplement"><button>追加</button></form>
<form method="post" action="/orders/{{$no}}/supervise"><button>督办</button></form>
<form method="post" action="/orders/{{$no}}/visit"><button>回访满意</button></form>
<form method="post" action="/orders/{{$no}}/redo"><button>重办</button></form>
<form method="post" action="/orders/{{$no}}/close"><button>结案</button></form>
<form method="post" action="/orders/{{$no}}/recall"><button>撤单</button></form>
</div>
</article>
{{else}}<p>还没有工单。按“派发一件样例工单”试试。</p>{{end}}
</main>
</body>
</html>
`
