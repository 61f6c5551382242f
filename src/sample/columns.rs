//! The columns of each file: a name in Chinese and the key in English, written `中文/key`.

/// Columns in their order: the Chinese name, then the key.
pub type Columns = &'static [(&'static str, &'static str)];

/// The header of a column.
pub fn header((name, key): (&str, &str)) -> String {
    format!("{name}/{key}")
}

/// People by community.
pub const PEOPLE: Columns = &[
    ("区划代码", "area-code"),
    ("区划名称", "area-name"),
    ("经度", "lon"),
    ("纬度", "lat"),
    ("常住人口", "residents"),
    ("0-5岁", "children-0-5"),
    ("3-5岁", "children-3-5"),
    ("小学学龄", "primary-age"),
    ("初中学龄", "junior-age"),
    ("劳动年龄", "working-age"),
    ("60岁及以上", "elderly-60"),
    ("65岁及以上", "elderly-65"),
    ("残疾人", "disabled"),
    ("残疾儿童", "disabled-children"),
    ("备注", "remark"),
];

/// Kindergartens.
pub const KINDERGARTENS: Columns = &[
    ("编号", "code"),
    ("名称", "name"),
    ("区划代码", "area-code"),
    ("区划名称", "area-name"),
    ("经度", "lon"),
    ("纬度", "lat"),
    ("办园性质", "ownership"),
    ("普惠性", "inclusive"),
    ("中心园", "central"),
    ("办园形式", "form"),
    ("服务村", "serves"),
    ("在园幼儿数", "enrolment"),
    ("学位数", "capacity"),
    ("启用日期", "opened"),
    ("备注", "remark"),
];

/// Compulsory schools.
pub const SCHOOLS: Columns = &[
    ("编号", "code"),
    ("名称", "name"),
    ("区划代码", "area-code"),
    ("区划名称", "area-name"),
    ("经度", "lon"),
    ("纬度", "lat"),
    ("学段", "stage"),
    ("城乡类别", "setting"),
    ("办学性质", "ownership"),
    ("启用日期", "opened"),
    ("在校生数", "pupils"),
    ("班数", "classes"),
    ("最大班额", "largest-class"),
    ("有大班额", "large-classes"),
    ("已限制招生", "intake-limited"),
    ("学位数", "capacity"),
    ("教育集团", "school-group"),
    ("城乡联盟", "alliance"),
    ("牵头校", "group-lead"),
    ("建设标准达标", "standard-buildings"),
    ("编制标准达标", "standard-staffing"),
    ("公用经费达标", "standard-funds"),
    ("装备标准达标", "standard-equipment"),
    ("教学及辅助用房面积", "teaching-area"),
    ("体育运动场馆面积", "sports-area"),
    ("教学仪器设备值", "equipment-value"),
    ("计算机台数", "computers"),
    ("图书册数", "books"),
    ("专任教师数", "teachers"),
    ("高于规定学历教师数", "qualified-teachers"),
    ("中级及以上职称教师数", "senior-teachers"),
    ("应交流教师数", "eligible-teachers"),
    ("交流教师数", "exchanged-teachers"),
    ("交流骨干教师数", "exchanged-backbone"),
    ("宽带接入", "broadband"),
    ("各班联网", "connected-classrooms"),
    ("校舍安全", "safe-buildings"),
    ("校舍供暖达标", "warm-buildings"),
    ("备注", "remark"),
];

/// Special schools.
pub const SPECIAL_SCHOOLS: Columns = &[
    ("编号", "code"),
    ("名称", "name"),
    ("区划代码", "area-code"),
    ("区划名称", "area-name"),
    ("经度", "lon"),
    ("纬度", "lat"),
    ("特殊教育资源中心", "resource-centre"),
    ("学位数", "capacity"),
    ("备注", "remark"),
];

/// The largest class of schools by year.
pub const CLASS_SIZES: Columns =
    &[("指标", "indicator"), ("设施编号", "facility"), ("年份", "year"), ("数值", "value"), ("备注", "remark")];

/// Employment platforms, start-up services and human resources facilities.
pub const SERVICE_POINTS: Columns = &[
    ("编号", "code"),
    ("名称", "name"),
    ("服务类型", "service"),
    ("区划代码", "area-code"),
    ("区划名称", "area-name"),
    ("经度", "lon"),
    ("纬度", "lat"),
    ("级别", "level"),
    ("一站式窗口", "one-stop"),
    ("备注", "remark"),
];

/// Public training bases.
pub const TRAINING: Columns = &[
    ("编号", "code"),
    ("名称", "name"),
    ("区划代码", "area-code"),
    ("区划名称", "area-name"),
    ("经度", "lon"),
    ("纬度", "lat"),
    ("已认定", "certified"),
    ("面向社会开放", "open-to-all"),
    ("工位数", "capacity"),
    ("备注", "remark"),
];

/// Start-up incubators.
pub const INCUBATORS: Columns = &[
    ("编号", "code"),
    ("名称", "name"),
    ("区划代码", "area-code"),
    ("区划名称", "area-name"),
    ("经度", "lon"),
    ("纬度", "lat"),
    ("免费或低租金", "low-rent"),
    ("工位数", "capacity"),
    ("备注", "remark"),
];

/// Internship bases.
pub const INTERNSHIPS: Columns = &[
    ("编号", "code"),
    ("名称", "name"),
    ("区划代码", "area-code"),
    ("区划名称", "area-name"),
    ("经度", "lon"),
    ("纬度", "lat"),
    ("岗位数", "capacity"),
    ("备注", "remark"),
];

/// Elderly-care homes.
pub const ELDERLY_CARE: Columns = &[
    ("编号", "code"),
    ("名称", "name"),
    ("区划代码", "area-code"),
    ("区划名称", "area-name"),
    ("经度", "lon"),
    ("纬度", "lat"),
    ("床位数", "beds"),
    ("护理型床位数", "nursing-beds"),
    ("备注", "remark"),
];

/// Rehabilitation points.
pub const REHABILITATION: Columns = &[
    ("编号", "code"),
    ("名称", "name"),
    ("区划代码", "area-code"),
    ("区划名称", "area-name"),
    ("经度", "lon"),
    ("纬度", "lat"),
    ("备注", "remark"),
];

/// Values by year, of the whole (no area) or of an area.
pub const INDICATORS: Columns = &[
    ("指标", "indicator"),
    ("区划代码", "area-code"),
    ("区划名称", "area-name"),
    ("年份", "year"),
    ("数值", "value"),
    ("备注", "remark"),
];

/// New residential estates.
pub const ESTATES: Columns = &[
    ("编号", "code"),
    ("名称", "name"),
    ("区划代码", "area-code"),
    ("区划名称", "area-name"),
    ("经度", "lon"),
    ("纬度", "lat"),
    ("户数", "households"),
    ("首期交付日期", "first-phase"),
    ("备注", "remark"),
];

/// A file of a study.
#[derive(Clone, Copy, Debug)]
pub struct File {
    /// Its name.
    pub name: &'static str,
    /// The layer of the study that names it.
    pub layer: &'static str,
    /// The service of all its rows; `None` where a column says so, or it holds no facilities.
    pub service: Option<&'static str>,
    /// Its columns.
    pub columns: Columns,
}

const fn facilities(name: &'static str, service: &'static str, columns: Columns) -> File {
    File { name, layer: "facilities", service: Some(service), columns }
}

const fn data(name: &'static str, layer: &'static str, columns: Columns) -> File {
    File { name, layer, service: None, columns }
}

/// All files with their columns.
pub const FILES: [File; 13] = [
    data("people.csv", "people", PEOPLE),
    facilities("kindergartens.csv", "kindergarten", KINDERGARTENS),
    facilities("schools.csv", "school", SCHOOLS),
    facilities("special-schools.csv", "special-school", SPECIAL_SCHOOLS),
    data("class-sizes.csv", "series", CLASS_SIZES),
    data("service-points.csv", "facilities", SERVICE_POINTS),
    facilities("training.csv", "training-base", TRAINING),
    facilities("incubators.csv", "incubator", INCUBATORS),
    facilities("internships.csv", "internship-base", INTERNSHIPS),
    facilities("elderly-care.csv", "elderly-care", ELDERLY_CARE),
    facilities("rehabilitation.csv", "rehabilitation", REHABILITATION),
    data("indicators.csv", "series", INDICATORS),
    data("estates.csv", "estates", ESTATES),
];
