use serde_json::Value;

use super::*;
use crate::report::sketch;

fn text() -> String {
    let world = sketch::world();
    let problem = serde_json::json!({"code": "no-place", "file": "a.csv"});
    let bytes = sketch::bytes(|to| findings(&sketch::findings(&world), &world, &[problem], to));
    String::from_utf8(bytes).unwrap()
}

/// Keys at one depth, in the order of the text.
fn keys(text: &str, depth: usize) -> Vec<&str> {
    let start = format!("\n{}\"", " ".repeat(depth));
    text.split(&start).skip(1).map(|rest| rest.split('"').next().unwrap()).collect()
}

#[test]
fn the_head_in_full() {
    let text = text();
    insta::assert_snapshot!(&text[..text.find("\"findings\"").unwrap()], @r#"
    {
     "format": "evenreach.findings/1",
     "tool": {
      "name": "evenreach",
      "version": "0.1.0"
     },
     "study": {
      "en": "Jinzhou, a sketch",
      "zh": "金州区（示意）"
     },
     "reference-date": "2020-12-31",
     "illustrative": true,
     "estimated": true,
     "proxy": null,
     "estimated-levels": [
      "street"
     ],
     "travel": {
      "source": "straight-line",
      "unit": "metres",
      "file": null
     },
     "inputs": [
      {
       "file": "illustrative/facilities.csv",
       "layer": "facilities",
       "rows": 4,
       "sha256": "0000000000000000000000000000000000000000000000000000000000000000",
       "crs": "EPSG:4326",
       "crs-from": "study",
       "illustrative": true,
       "proxy": null
      }
     ],
     "packs": [
      {
       "id": "sketch-2018",
       "title": {
        "en": "Opinions on even services",
        "zh": "均等化实施意见"
       },
       "issuer": {
        "en": "the district",
        "zh": "区政府"
       },
       "year": 2018,
       "remark": null,
       "file": "seeds/sketch.toml",
       "sha256": "e75b0b683eb802351ea13e66a53af3ece9231373aa22d12b395cfa51c3092ed5"
      }
     ],
     "parameters": [
      {
       "pack": "sketch-2018",
       "obligation": "edu.public-kindergarten",
       "key": "at-least",
       "value": 1,
       "source": {
        "en": "one, as the word `has` implies",
        "zh": "按“有”理解为至少一所"
       }
      },
      {
       "pack": "sketch-2018",
       "obligation": "edu.public-kindergarten",
       "key": "in-each",
       "value": "street",
       "source": null
      },
      {
       "pack": "sketch-2018",
       "obligation": "edu.public-kindergarten",
       "key": "service",
       "value": "kindergarten",
       "source": null
      },
      {
       "pack": "sketch-2018",
       "obligation": "edu.public-kindergarten",
       "key": "where",
       "value": {
        "ownership": "public"
       },
       "source": null
      },
      {
       "pack": "sketch-2018",
       "obligation": "edu.library",
       "key": "at-least",
       "value": 1,
       "source": null
      },
      {
       "pack": "sketch-2018",
       "obligation": "edu.library",
       "key": "in-each",
       "value": "street",
       "source": null
      },
      {
       "pack": "sketch-2018",
       "obligation": "edu.library",
       "key": "service",
       "value": "library",
       "source": null
      },
      {
       "pack": "sketch-2018",
       "obligation": "edu.any-school",
       "key": "at-least",
       "value": 1,
       "source": null
      },
      {
       "pack": "sketch-2018",
       "obligation": "edu.any-school",
       "key": "in-each",
       "value": "district",
       "source": null
      },
      {
       "pack": "sketch-2018",
       "obligation": "edu.any-school",
       "key": "service",
       "value": "school",
       "source": null
      },
      {
       "pack": "sketch-2018",
       "obligation": "edu.inclusive-share",
       "key": "at-least",
       "value": "80 %",
       "source": null
      },
      {
       "pack": "sketch-2018",
       "obligation": "edu.inclusive-share",
       "key": "being",
       "value": {
        "ownership": "public"
       },
       "source": null
      },
      {
       "pack": "sketch-2018",
       "obligation": "edu.inclusive-share",
       "key": "service",
       "value": "kindergarten",
       "source": null
      },
      {
       "pack": "sketch-2018",
       "obligation": "edu.no-large-classes",
       "key": "at-most",
       "value": 55,
       "source": null
      },
      {
       "pack": "sketch-2018",
       "obligation": "edu.no-large-classes",
       "key": "grades",
       "value": {
        "super-large": 66
       },
       "source": null
      },
      {
       "pack": "sketch-2018",
       "obligation": "edu.no-large-classes",
       "key": "service",
       "value": "school",
       "source": null
      },
      {
       "pack": "sketch-2018",
       "obligation": "edu.no-large-classes",
       "key": "value",
       "value": "largest-class",
       "source": null
      },
      {
       "pack": "sketch-2018",
       "obligation": "emp.information",
       "key": "why",
       "value": {
        "en": "advice leaves nothing to count",
        "zh": "咨询服务无可核查数据"
       },
       "source": null
      }
     ],
     "problems": [
      {
       "code": "no-place",
       "file": "a.csv"
      }
     ],
    "#);
}

#[test]
fn a_finding_in_full() {
    let text = text();
    let findings = &text[text.find("\"findings\"").unwrap()..];
    insta::assert_snapshot!(findings.split("\n  },").next().unwrap(), @r#"
    "findings": [
      {
       "id": "edu.public-kindergarten",
       "pack": "sketch-2018",
       "clause": "二(一)1",
       "lead": {
        "key": "social-affairs",
        "en": "Social Affairs Bureau",
        "zh": "社会事业局"
       },
       "summary": {
        "en": "every street has a public kindergarten",
        "zh": "每个街道都有公办幼儿园"
       },
       "kind": "presence",
       "verdict": "unmet",
       "why": null,
       "observed": {
        "value": 1.0,
        "unit": {
         "key": "areas",
         "of": "street",
         "en": "streets",
         "zh": "个街道"
        },
        "text": {
         "en": "1 street",
         "zh": "1 个街道"
        }
       },
       "required": {
        "at-least": 3.0,
        "inclusive": true,
        "unit": {
         "key": "areas",
         "of": "street",
         "en": "streets",
         "zh": "个街道"
        },
        "text": {
         "en": "at least 3 streets (3 itself is enough)",
         "zh": "不少于 3 个街道（含）"
        }
       },
       "margin": {
        "value": -1.0,
        "unit": {
         "key": "areas",
         "of": "street",
         "en": "streets",
         "zh": "个街道"
        },
        "text": {
         "en": "-1 street",
         "zh": "-1 个街道"
        }
       },
       "shortfall": {
        "value": 1.0,
        "unit": {
         "key": "facilities",
         "of": "kindergarten",
         "en": "kindergartens",
         "zh": "所幼儿园"
        },
        "text": {
         "en": "1 kindergarten",
         "zh": "1 所幼儿园"
        }
       },
       "affected": {
        "group": {
         "key": "residents",
         "en": "residents",
         "zh": "常住人口"
        },
        "persons": 3400.0,
        "uncounted-areas": 0,
        "text": {
         "en": "3,400 residents",
         "zh": "常住人口 3,400 人"
        }
       },
       "estimated": true,
       "subject-unit": {
        "key": "facilities",
        "of": "kindergarten",
        "en": "kindergartens",
        "zh": "所幼儿园"
       },
       "shortfall-unit": {
        "key": "facilities",
        "of": "kindergarten",
        "en": "kindergartens",
        "zh": "所幼儿园"
       },
       "subjects": [
        {
         "of": "area",
         "level": "street",
         "code": "210213001",
         "name": "光明街道",
         "verdict": "met",
         "observed": 1.0,
         "evidence": {
          "counted": 1.0,
          "facilities": [
           {
            "code": "K1",
            "name": "K1"
           }
          ]
         }
        },
        {
         "of": "area",
         "level": "street",
         "code": "210213002",
         "name": "登沙河街道",
         "verdict": "unmet",
         "observed": 0.0,
         "shortfall": 1.0,
         "evidence": {
          "counted": 0.0,
          "nearest": {
           "code": "K1",
           "name": "K1",
           "metres": 6000.3
          }
         }
        },
        {
         "of": "area",
         "level": "street",
         "code": "210213003",
         "name": "华家街道",
         "verdict": "unknown",
         "why": {
          "key": "no-attribute",
          "en": "ownership not given for 1 facility, which could change the verdict",
          "zh": "1 个设施未填“办园性质”，可能影响结论"
         },
         "observed": 0.0,
         "evidence": {
          "counted": 0.0,
          "unknown": 1.0
         }
        }
       ],
       "remarks": [],
       "ledger": []
    "#);
}

#[test]
fn keys_keep_their_order() {
    let order = [
        "format",
        "tool",
        "study",
        "reference-date",
        "illustrative",
        "estimated",
        "proxy",
        "estimated-levels",
        "travel",
        "inputs",
        "packs",
        "parameters",
        "problems",
        "findings",
    ];
    assert_eq!(keys(&text(), 1), order);
}

#[test]
fn an_infinite_bound_is_null_and_every_number_is_finite() {
    let value: Value = serde_json::from_str(&text()).unwrap();
    let why = &value["findings"][3]["why"];
    assert_eq!(why["bounds"], serde_json::json!({"low": 0.3, "high": null}));
    assert_eq!(value["findings"][3]["required"]["at-least"], 0.8);
    assert_eq!(value["findings"][3]["required"]["text"]["zh"], "不低于 80%（含）");
}

/// The rules of a JSON schema that ours uses.
fn check(schema: &Value, root: &Value, value: &Value, at: &str) {
    let Some(rules) = schema.as_object() else { return };
    if let Some(name) = rules.get("$ref") {
        let name = name.as_str().unwrap().rsplit('/').next().unwrap();
        check(&root["$defs"][name], root, value, at);
    }
    if let Some(any) = rules.get("anyOf") {
        if !value.is_null() {
            check(&any[0], root, value, at);
        }
        return;
    }
    if let Some(allowed) = rules.get("enum") {
        assert!(allowed.as_array().unwrap().contains(value), "{at}: {value}");
    }
    let types: Vec<&str> = match rules.get("type") {
        Some(Value::String(one)) => vec![one],
        Some(Value::Array(many)) => many.iter().map(|one| one.as_str().unwrap()).collect(),
        _ => return,
    };
    let found = match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(number) if number.is_i64() && types.contains(&"integer") => "integer",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    };
    assert!(types.contains(&found), "{at}: {found}, not {types:?}");
    if let (Some(items), Some(values)) = (rules.get("items"), value.as_array()) {
        values.iter().enumerate().for_each(|(index, value)| check(items, root, value, &format!("{at}[{index}]")));
    }
    if let Some(object) = value.as_object() {
        let known = rules.get("properties").and_then(Value::as_object);
        for (key, value) in object {
            match known.and_then(|known| known.get(key)) {
                Some(schema) => check(schema, root, value, &format!("{at}.{key}")),
                None => assert!(known.is_none(), "{at}.{key} is not in the schema"),
            }
        }
        for key in rules.get("required").and_then(Value::as_array).into_iter().flatten() {
            assert!(object.contains_key(key.as_str().unwrap()), "{at} lacks {key}");
        }
    }
}

#[test]
fn what_is_written_keeps_the_schema() {
    let schema = schema();
    let value: Value = serde_json::from_str(&text()).unwrap();
    check(&schema, &schema, &value, "$");
    assert_eq!(schema["properties"]["format"]["const"], FORMAT);
    assert!(schema["properties"]["findings"]["items"]["$ref"].is_string());
}
