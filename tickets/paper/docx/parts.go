package docx

import "fmt"

const xmlHead = `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>` + "\n"

const contentTypes = xmlHead + `<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">` +
	`<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>` +
	`<Default Extension="xml" ContentType="application/xml"/><Default Extension="png" ContentType="image/png"/>` +
	`<Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/>` +
	`<Override PartName="/word/styles.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.styles+xml"/></Types>`

const (
	relations      = `http://schemas.openxmlformats.org/package/2006/relationships`
	officeRelation = `http://schemas.openxmlformats.org/officeDocument/2006/relationships`
	wordSpace      = `http://schemas.openxmlformats.org/wordprocessingml/2006/main`
	drawingSpace   = `http://schemas.openxmlformats.org/drawingml/2006`
)

const packageRels = xmlHead + `<Relationships xmlns="` + relations + `"><Relationship Id="rId1" Type="` + officeRelation + `/officeDocument" Target="word/document.xml"/></Relationships>`

func documentRels(code bool) string {
	s := xmlHead + `<Relationships xmlns="` + relations + `"><Relationship Id="rId1" Type="` + officeRelation + `/styles" Target="styles.xml"/>`
	if code {
		s += `<Relationship Id="rId2" Type="` + officeRelation + `/image" Target="media/code.png"/>`
	}
	return s + `</Relationships>`
}

const documentOpen = xmlHead + `<w:document xmlns:w="` + wordSpace + `" xmlns:r="` + officeRelation + `" xmlns:wp="` + drawingSpace + `/wordprocessingDrawing" xmlns:a="` + drawingSpace + `/main" xmlns:pic="` + drawingSpace + `/picture"><w:body>`

// documentClose is the page: A4 with the margins of official papers (37, 35, 28
// and 26 mm, in twips).
const documentClose = `<w:sectPr><w:pgSz w:w="11906" w:h="16838"/><w:pgMar w:top="2098" w:right="1474" w:bottom="1985" w:left="1588" w:header="851" w:footer="992" w:gutter="0"/></w:sectPr></w:body></w:document>`

const tableOpen = `<w:tbl><w:tblPr><w:tblW w:w="8844" w:type="dxa"/><w:tblBorders><w:top w:val="single" w:sz="6"/><w:left w:val="single" w:sz="6"/><w:bottom w:val="single" w:sz="6"/><w:right w:val="single" w:sz="6"/><w:insideH w:val="single" w:sz="4"/><w:insideV w:val="single" w:sz="4"/></w:tblBorders><w:tblLayout w:type="fixed"/></w:tblPr><w:tblGrid><w:gridCol w:w="2200"/><w:gridCol w:w="6644"/></w:tblGrid>`

const (
	footOpen   = `<w:p><w:pPr><w:pStyle w:val="cell"/></w:pPr></w:p><w:tbl><w:tblPr><w:tblW w:w="8844" w:type="dxa"/><w:tblLayout w:type="fixed"/></w:tblPr><w:tblGrid><w:gridCol w:w="6444"/><w:gridCol w:w="2400"/></w:tblGrid><w:tr><w:trPr><w:cantSplit/></w:trPr><w:tc><w:tcPr><w:tcW w:w="6444" w:type="dxa"/></w:tcPr>`
	footMiddle = `</w:tc><w:tc><w:tcPr><w:tcW w:w="2400" w:type="dxa"/></w:tcPr>`
	footClose  = `</w:tc></w:tr></w:tbl><w:p><w:pPr><w:pStyle w:val="small"/></w:pPr></w:p>`
)

// picture is the code, 2.2 cm wide (in EMU).
const picture = `<w:r><w:drawing><wp:inline distT="0" distB="0" distL="0" distR="0"><wp:extent cx="792000" cy="792000"/><wp:docPr id="1" name="code" descr="二维码"/>` +
	`<a:graphic><a:graphicData uri="` + drawingSpace + `/picture"><pic:pic><pic:nvPicPr><pic:cNvPr id="1" name="code.png"/><pic:cNvPicPr/></pic:nvPicPr>` +
	`<pic:blipFill><a:blip r:embed="rId2"/><a:stretch><a:fillRect/></a:stretch></pic:blipFill>` +
	`<pic:spPr><a:xfrm><a:off x="0" y="0"/><a:ext cx="792000" cy="792000"/></a:xfrm><a:prstGeom prst="rect"><a:avLst/></a:prstGeom></pic:spPr></pic:pic></a:graphicData></a:graphic></wp:inline></w:drawing></w:r>`

// style is one paragraph style: its layout and its letters.
func style(id, layout, letters string) string {
	return fmt.Sprintf(`<w:style w:type="paragraph" w:customStyle="1" w:styleId="%s"><w:name w:val="hotline %s"/><w:pPr>%s</w:pPr><w:rPr>%s</w:rPr></w:style>`, id, id, layout, letters)
}

const (
	song     = `<w:rFonts w:ascii="Times New Roman" w:hAnsi="Times New Roman" w:eastAsia="宋体"/>`
	fangsong = `<w:rFonts w:ascii="Times New Roman" w:hAnsi="Times New Roman" w:eastAsia="仿宋"/>`
)

// styles are Times and 仿宋, body letters of 16 points on lines of 28.
var styles = xmlHead + `<w:styles xmlns:w="` + wordSpace + `"><w:docDefaults><w:rPrDefault><w:rPr>` + fangsong + `<w:sz w:val="32"/><w:szCs w:val="32"/><w:lang w:val="zh-CN" w:eastAsia="zh-CN"/></w:rPr></w:rPrDefault></w:docDefaults>` +
	style("head", `<w:pBdr><w:bottom w:val="single" w:sz="12" w:space="6" w:color="C00000"/></w:pBdr><w:spacing w:after="200"/><w:jc w:val="center"/>`, song+`<w:b/><w:color w:val="C00000"/><w:sz w:val="52"/>`) +
	style("void", `<w:jc w:val="center"/>`, song+`<w:b/><w:color w:val="C00000"/><w:sz w:val="72"/>`) +
	style("title", `<w:spacing w:before="200" w:after="120"/><w:jc w:val="center"/>`, song+`<w:b/><w:sz w:val="44"/>`) +
	style("number", `<w:spacing w:after="240"/><w:jc w:val="center"/>`, `<w:sz w:val="32"/>`) +
	style("to", `<w:spacing w:line="560" w:lineRule="exact"/>`, ``) +
	style("text", `<w:spacing w:line="560" w:lineRule="exact"/><w:ind w:firstLineChars="200" w:firstLine="640"/><w:jc w:val="both"/>`, ``) +
	style("ruled", `<w:pBdr><w:bottom w:val="single" w:sz="4" w:space="1" w:color="808080"/><w:between w:val="single" w:sz="4" w:space="1" w:color="808080"/></w:pBdr><w:spacing w:line="560" w:lineRule="exact"/>`, ``) +
	style("sign", `<w:keepNext/><w:spacing w:before="120" w:line="560" w:lineRule="exact"/><w:ind w:right="640"/><w:jc w:val="right"/>`, ``) +
	style("signer", `<w:spacing w:line="480" w:lineRule="exact"/>`, `<w:sz w:val="24"/>`) +
	style("cell", `<w:spacing w:line="360" w:lineRule="exact"/>`, `<w:sz w:val="24"/>`) +
	style("code", `<w:jc w:val="center"/>`, `<w:sz w:val="18"/>`) +
	style("small", `<w:spacing w:before="120"/>`, `<w:sz w:val="20"/>`) + `</w:styles>`
