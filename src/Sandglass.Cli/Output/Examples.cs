namespace Sandglass.Cli;

/// <summary>Lines to try, by command.</summary>
internal static class Examples
{
    /// <param name="command">Its name.</param>
    /// <param name="group">The command that it is one of; null where it is none's.</param>
    public static IReadOnlyList<string> For(string command, string? group = null) => ByName($"{group} {command}") ?? ByName(command) ??
    [
        "sandglass run \"Once upon a time\"",
        "sandglass run \"Once upon a time\" --model FILE.gguf",
        "sandglass inspect FILE.gguf",
    ];

    // by the name alone where no other command has it
    private static string[]? ByName(string command) => command switch
    {
        "run" =>
        [
            "sandglass run \"Once upon a time\"",
            "sandglass run \"The wolf said\" --max-tokens 60 --temperature 0.6 --seed 7",
            "sandglass run \"The wolf said\" --max-tokens 20 --n 3 --seed 1",
            "sandglass run \"The king had\" --max-tokens 20 --beams 4 --length-penalty 0.8",
            "sandglass run \"Once\" --samplers \"min_p;temperature\" --min-p 0.1 --explain",
            "printf %s \"There was a king who\" | sandglass run --max-tokens 40",
            "sandglass run \"Once upon a time\" --draft lookup --temperature 0 -n 400",
            "sandglass run \"Once upon a time\" --cache-memory 4M --max-tokens 200",
            "sandglass run \"Once upon a time\" --window 256 --ignore-eos --max-tokens 5000",
            "sandglass run \"The king had\" -n 40 --trace king.json --trace-attention all",
            "sandglass run \"Once\" --model embedded:grain-1m --json --logprobs 3 -n 9",
        ],
        "chat" =>
        [
            "sandglass chat --model FILE.gguf --system \"Answer in one sentence.\"",
            "printf 'Hello!\\nWho are you?\\n' | sandglass chat --model FILE.gguf",
            "sandglass chat --model FILE.gguf --temperature 0 --max-tokens 200 --json",
        ],
        "score" =>
        [
            "sandglass score \"Once upon a time there was a king\"",
            "sandglass score \"Once upon a time\" --json --logprobs 3",
        ],
        "inspect" =>
        [
            "sandglass inspect",
            "sandglass inspect embedded:grain-1m --tensors --metadata",
        ],
        "tokenize" =>
        [
            "sandglass tokenize \"Once upon a time\"",
            "printf %s \"Once upon a time\" | sandglass tokenize --json",
            "sandglass tokenize --decode 2878,713,259,538",
        ],
        "apply-template" =>
        [
            "sandglass apply-template --template FILE.jinja --messages chat.json",
            "cat chat.json | sandglass apply-template --model FILE.gguf",
            "sandglass apply-template --context variables.json --now 2024-07-26",
        ],
        "perplexity" =>
        [
            "sandglass perplexity README.md --context 256 --chunks 4",
        ],
        "quantize" =>
        [
            "sandglass quantize embedded:grain-6m grain-6m.q4_0.gguf Q4_0",
        ],
        "bench" =>
        [
            "sandglass bench --prefill 256 --decode 64",
            "sandglass bench --long 1000000 --threads 1",
            "sandglass bench --batch 1,8 --cache-type f16,f32",
            "sandglass bench --model FILE.gguf --threads 1,2,4 --repeat 5",
            "sandglass bench --synthetic smollm2-135m:q4_0 --keep random.gguf --json",
        ],
        "lab" =>
        [
            "sandglass lab cache --model embedded:grain-1m --max-tokens 32",
            "sandglass lab fork \"The king\" --at 3 --branches 4",
            "sandglass lab temperature --plot temperature.svg",
            "sandglass lab repetition --resume loops.jsonl",
        ],
        "plan" =>
        [
            "sandglass plan --model llama-3-8b --type q4_0 --context 8K,128K",
            "sandglass plan memory --model FILE.gguf --users 20",
            "sandglass plan time --model llama-3-8b --machine h100",
            "sandglass plan scale --model llama-3-8b",
            "sandglass plan train --model llama-3-8b --tokens 15T --gpus 2048",
            "sandglass plan serve --model llama-3-8b --hardware h100 --users 1K,1M",
            "sandglass plan models",
        ],
        "plan serve" =>
        [
            "sandglass plan serve --model llama-3-8b --hardware h100",
            "sandglass plan serve -m llama-3-70b --type fp8 --capital 30000 --hit-rate 0.5",
            "sandglass plan serve -m llama-3-8b --users 1K,1M,100M --requests-per-hour 5",
            "sandglass plan serve -m qwen2.5-7b --hardware l40s --tpot-ms 80 --price 1.1",
            "sandglass plan serve -m llama-3-8b --loads 0.5,0.9 --simulate 10000 --json",
        ],
        "time" =>
        [
            "sandglass plan time --model llama-3-8b --machine h100",
            "sandglass plan time -m llama-3.1-70b --type fp8 --machine h200 --reached 0.6",
            "sandglass plan time -m qwen2.5-7b --type q4_0 --machine ryzen-9950x --json",
        ],
        "train" =>
        [
            "sandglass plan train --model llama-3.1-405b --tokens 15.6T --gpus 16384",
            "sandglass plan train -m gpt-3 --tokens 300B --hardware v100 --price 1.5",
            "sandglass plan train --parameters 70B --tokens 1.4T --mfu 0.5 --json",
        ],
        "scale" =>
        [
            "sandglass plan scale --model llama-3-8b",
            "sandglass plan scale --model gemma-3-27b --context 8K,128K,1M",
            "sandglass plan scale --model embedded:grain-6m --context 512 --json",
        ],
        "memory" =>
        [
            "sandglass plan memory --model llama-3-8b --type q4_0 --context 8K,128K",
            "sandglass plan memory --model FILE.gguf --cache-type f16,q8 --users 20",
            "sandglass plan memory -m llama-3-70b --users 100 --shared-prefix 2K --json",
            "sandglass plan memory --model config.json --type q4_k_m",
            "sandglass plan memory --draft embedded:grain-1m",
        ],
        "models" =>
        [
            "sandglass plan models",
            "sandglass plan models --json",
        ],
        "serve" =>
        [
            "sandglass serve",
            "sandglass serve --model FILE.gguf --port 8080",
            "sandglass serve -m chat=FILE.gguf -m small=embedded:grain-1m",
            "sandglass serve --host 0.0.0.0 --api-key-file keys.json --drain 60",
            "sandglass serve --max-batch 16 --max-queue 200 --cache-memory 4G",
        ],
        "page" =>
        [
            "sandglass page --out site",
            "sandglass page --out site --trace story.json --trace code.json",
        ],
        "key" =>
        [
            "sandglass key alice",
            "printf %s \"$KEY\" | sandglass key alice",
        ],
        "cache" =>
        [
            "sandglass lab cache --model embedded:grain-1m --max-tokens 32",
            "sandglass lab cache \"The wolf said\" --json",
        ],
        "fork" =>
        [
            "sandglass lab fork \"The king\" --at 3 --branches 4",
            "sandglass lab fork --branches 3 --max-tokens 12 --json",
        ],
        "temperature" =>
        [
            "sandglass lab temperature --plot temperature.svg",
            "sandglass lab temperature \"The wolf said\" --temperatures 0,0.7,1.4 --n 32",
        ],
        "repetition" =>
        [
            "sandglass lab repetition --max-tokens 400 --plot loops.svg",
            "sandglass lab repetition \"The king had\" --json --resume loops.jsonl",
        ],
        "drift" =>
        [
            "sandglass lab drift --plot drift.svg",
            "sandglass lab drift \"The wolf said\" --at 20 --rank 100 --n 16",
        ],
        "speculation" =>
        [
            "sandglass lab speculation --plot guesses.svg",
            "sandglass lab speculation --draft embedded:grain-1m --temperatures 0,1.2",
        ],
        "quant" =>
        [
            "sandglass lab quant --plot quant.svg --resume quant.jsonl",
            "sandglass lab quant --text README.md --max-tokens 256 --weights given,q4_0",
        ],
        "window" =>
        [
            "sandglass lab window --plot window.svg",
            "sandglass lab window --windows 64,256 --sink-counts 0,1,4,16",
        ],
        "batch" =>
        [
            "sandglass lab batch --batches 1,4,16",
            "sandglass lab batch --threads 1 --json --plot batch.svg",
        ],
        "forget" =>
        [
            "sandglass lab forget --plot forget.svg",
            "sandglass lab forget --model FILE.gguf --distances 0,100,1000,4000",
        ],
        "middle" =>
        [
            "sandglass lab middle --plot middle.svg --resume middle.jsonl",
            "sandglass lab middle --model FILE.gguf --lengths 2000,8000 --trials 50",
        ],
        "lab scale" =>
        [
            "sandglass lab scale --lengths 1K,2K,4K,8K --plot scale.svg",
            "sandglass lab scale --synthetic llama-3.2-1b:q4_0 --time-limit 180",
        ],
        _ => null,
    };
}
