console.log('ottla')
