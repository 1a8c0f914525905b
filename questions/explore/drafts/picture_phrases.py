"""Phrases of the measures of pictures: the classifier, LIME, maps, filters, integrated gradients."""

from questions.explore.drafts.phrase import Phrase

_FILTER = ("filter {filter} of {layer}", "{layer}的濾波器 {filter}")

OF_PICTURES: dict[str, Phrase] = {
    "probability": Phrase("the probability of {label}", "{label}的機率"),
    "logit": Phrase("the logit of {label}", "{label}的 logit"),
    "lead_of_truth": Phrase(
        "the probability of the true label less the largest other one", "真實類別的機率減去其他類別中最大的機率"
    ),
    "lime_share": Phrase(
        "the share of the weight {side} {label} that lies on {region}",
        "{side}{label}的權重中，{region}所占的比例",
        "lime_pieces",
    ),
    "lime_net": Phrase(
        "the sum of the weights for {label} on {region}", "{region}的小塊對{label}的權重總和", "lime_pieces"
    ),
    "lime_top_inside": Phrase(
        "the number of pieces, by area, on {region} among the {pieces} strongest {side} {label}",
        "{side}{label}最強的 {pieces} 塊中，依面積算落在{region}的塊數",
        "lime_pieces",
    ),
    "lime_weight_against": Phrase(
        "the share of all weight, counted without sign, that is against {label}",
        "去掉正負號後，反對{label}的權重所占的比例",
        "lime_pieces",
    ),
    "lime_largest": Phrase(
        "the size of the strongest weight {side} {label}",
        "{side}{label}最強的權重的大小",
        "lime_pieces",
    ),
    "lime_agreement": Phrase(
        "the correlation of the weights for {label} between {first} and {second}",
        "{first}與{second}之間，對{label}的權重的相關係數",
        "lime_samples",
    ),
    "lime_shared_top": Phrase(
        "the number of pieces that {first} and {second} share among the {pieces} strongest for {label}",
        "對{label}最強的 {pieces} 塊中，{first}與{second}相同的塊數",
        "lime_samples",
    ),
    "lime_cross_weight": Phrase(
        "the weight for {other} of the strongest piece for {label}",
        "對{label}最強的一塊，對{other}的權重",
        "lime_pieces",
    ),
    "mass_inside": Phrase(
        "the share of the sum of {analysis} that lies on {region}", "{analysis}的總和中，{region}所占的比例"
    ),
    "density_inside": Phrase(
        "the mean of {analysis} on {region} over its mean on the whole picture",
        "{analysis}在{region}的平均值除以全圖的平均值",
    ),
    "area_inside": Phrase("the share of the pixels that {region} covers", "{region}所占的像素比例", "saliency_where"),
    "brightest_inside": Phrase(
        "the share of the brightest {percent}% of the pixels of {analysis} that lies on {region}",
        "{analysis}最亮的 {percent}% 像素中，落在{region}的比例",
    ),
    "brightest_mass": Phrase(
        "the share of the sum of {analysis} that its brightest {percent}% of pixels hold",
        "{analysis}最亮的 {percent}% 像素占總和的比例",
    ),
    "scale": Phrase("log10 of the largest value of {analysis}", "{analysis}最大值的 log10"),
    "spread": Phrase(
        "log10 of the ratio of the largest maximum to the smallest over all pictures of {analysis}",
        "所有圖片中，{analysis}最大值之最大與最小的比值的 log10",
    ),
    "map_agreement": Phrase(
        "the rank correlation, pixel by pixel, between {analysis} from {array} and {other_analysis} from {other}",
        "{array}的{analysis}與{other}的{other_analysis}之間，逐像素的等級相關係數",
    ),
    "roughness": Phrase(
        "the mean step between neighbouring pixels of {analysis} over its mean", "{analysis}相鄰像素的平均差除以平均值"
    ),
    "smoothgrad_kept": Phrase(
        "the share of the noisy copies that keep the class of the picture",
        "雜訊副本仍屬於原類別的比例",
        "smoothgrad_noise",
    ),
    "smoothgrad_roughness_ratio": Phrase(
        "the roughness of the SmoothGrad map from {array} over that from {other}",
        "{array}的 SmoothGrad 圖的粗糙程度除以{other}的粗糙程度",
        "smoothgrad_copies",
    ),
    "smoothgrad_mass_shift": Phrase(
        "the difference, without sign, of the share of the sum on {region} between the SmoothGrad map from {array} "
        "and {other_analysis} from {other}",
        "{region}所占的總和比例，在{array}的 SmoothGrad 圖與{other}的{other_analysis}之間的差距",
        "smoothgrad_copies",
    ),
    "activation_mean": Phrase(
        f"the mean activation of {_FILTER[0]} on {{region}}", f"{_FILTER[1]}在{{region}}的平均活化值", "filters_maps"
    ),
    "activation_zero": Phrase(
        f"the share of {{region}} on which {_FILTER[0]} is silent",
        f"{_FILTER[1]}在{{region}}毫無反應的比例",
        "filters_maps",
    ),
    "activation_largest": Phrase(
        f"the largest activation of {_FILTER[0]}", f"{_FILTER[1]}的最大活化值", "filters_maps"
    ),
    "gain_over_pictures": Phrase(
        f"the mean activation of {_FILTER[0]} on {{by}} over {{over}}",
        f"{_FILTER[1]}在{{by}}的平均活化值除以{{over}}",
        "filters_ascent",
    ),
    "ascent_progress": Phrase(
        f"the share of the whole rise of {_FILTER[0]} that the first {{steps}} steps of ascent make",
        f"{_FILTER[1]}在梯度上升前 {{steps}} 步的上升量占全部的比例",
        "filters_ascent",
    ),
    "ascent_ratio": Phrase(
        f"the mean activation that ascent of {_FILTER[0]} reaches in {{start}} over that in the official run",
        f"{_FILTER[1]}的梯度上升，{{start}}達到的平均活化值除以 official 結果達到的",
        "filters_ascent",
    ),
    "ascent_agreement": Phrase(
        f"the correlation of the ascent picture of {_FILTER[0]} between {{start}} and the official run",
        f"{_FILTER[1]}的梯度上升圖，{{start}}與 official 結果之間的相關係數",
        "filters_ascent",
    ),
    "ascent_roughness": Phrase(
        f"the mean step between neighbouring pixels of the ascent picture of {_FILTER[0]}",
        f"{_FILTER[1]}的梯度上升圖中，相鄰像素的平均差",
        "filters_ascent",
    ),
    "ascent_cross": Phrase(
        f"the mean activation of {_FILTER[0]} on the ascent picture of filter {{ascended}}",
        f"{_FILTER[1]}在濾波器 {{ascended}} 的梯度上升圖上的平均活化值",
        "filters_ascent",
    ),
    "attribution_sum": Phrase("the sum of the attributions on {region}", "{region}的歸因值總和", "attribution_sum"),
    "attribution_against": Phrase(
        "the share of the attributions, counted without sign, that is negative",
        "去掉正負號後，歸因值中負值所占的比例",
        "attribution_sum",
    ),
    "attribution_rise": Phrase("the rise f(x) - f(baseline)", "f(x) - f(baseline) 的值", "attribution_baseline"),
    "attribution_gap": Phrase(
        "the gap between the sum of the attributions and the rise",
        "歸因值總和與 f(x) - f(baseline) 的差距",
        "attribution_sum",
    ),
}
