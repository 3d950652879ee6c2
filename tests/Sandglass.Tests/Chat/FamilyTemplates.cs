namespace Sandglass.Tests.Chat;

/// <summary>Templates of the kinds that families of models have, written for the tests.</summary>
internal static class FamilyTemplates
{
    public static (string Family, string Source)[] All { get; } =
    [
        ("SmolLM2, ChatML",
            "{% for m in messages %}<|im_start|>{{ m.role }}\n{{ m.content }}<|im_end|>\n{% endfor %}" +
            "<|im_start|>assistant\n"),
        ("Qwen",
            "{%- for m in messages %}{{- '<|im_start|>' + m.role + '\n' + m.content + '<|im_end|>' + '\n' }}{%- endfor %}" +
            "{{- '<|im_start|>assistant\n' }}<|endoftext|>"),
        ("Llama 3",
            "<|begin_of_text|>{% for m in messages %}" +
            "{{ '<|start_header_id|>' + m['role'] + '<|end_header_id|>\n\n' + m['content'] | trim + '<|eot_id|>' }}" +
            "{% endfor %}"),
        ("Gemma",
            "<bos>{% for m in messages %}{% set role = 'model' if m.role == 'assistant' else m.role %}" +
            "{{ '<start_of_turn>' + role + '\n' + m.content | trim + '<end_of_turn>\n' }}{% endfor %}<start_of_turn>model\n"),
        ("Mistral",
            "<s>{% for m in messages %}{% if m.role == 'user' %}{{ '[INST] ' ~ m.content ~ '[/INST]' }}{% else %}" +
            "{{ ' ' + m.content + '</s>' }}{% endif %}{% endfor %}"),
        ("DeepSeek",
            "<｜begin▁of▁sentence｜>{% for m in messages %}{% if m.role == 'user' %}{{ '<｜User｜>' + m.content }}{% else %}" +
            "{{ '<｜Assistant｜>' + m.content + '<｜end▁of▁sentence｜>' }}{% endif %}{% endfor %}<｜Assistant｜>"),
        ("Phi",
            "{% for m in messages %}{{ '<|' + m.role + '|>\n' + m.content + '<|end|>\n' }}{% endfor %}" +
            "<|assistant|>\n<|user|><|system|>"),
        ("Granite",
            "{% for m in messages %}{{ '<|start_of_role|>' + m.role + '<|end_of_role|>' + m.content + '<|end_of_text|>\n' }}" +
            "{% endfor %}"),
        ("Cohere",
            "<BOS_TOKEN>{% for m in messages %}" +
            "{{ '<|START_OF_TURN_TOKEN|><|USER_TOKEN|>%s<|END_OF_TURN_TOKEN|>' % m.content.strip() }}{% endfor %}"),
    ];
}
