const { parseCommands } = await import('/work/main/core/domain/commands/parse-commands.ts');
console.log(JSON.stringify(parseCommands('Looks fine.\n<!--\nTo stop it:\n/tidegate hold\n-->')));
